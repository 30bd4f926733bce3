package dev.meltemi.resources.analysis;

import java.util.List;

/// The gateway that Istio installs, supposed when files are analysed: nobody writes it into them, and rules name it.
final class DefaultGateway {
    private static final String MARK = "meltemi.dev/supposed";

    private DefaultGateway() {}

    static List<View> views(String namespace, String service) {
        String metadata =
                "metadata: {namespace: %s, name: %s, labels: {istio: ingressgateway}, annotations: {%s: x}}\n";
        return List.of(
                View.of("apiVersion: v1\nkind: Pod\n" + metadata.formatted(namespace, service, MARK), namespace),
                View.of(
                        "apiVersion: v1\nkind: Service\n" + metadata.formatted(namespace, service, MARK)
                                + "spec:\n  selector: {istio: ingressgateway}\n  ports:\n"
                                + port(80)
                                + port(443)
                                + port(15443)
                                + port(31400),
                        namespace));
    }

    private static String port(int number) {
        return "  - {name: port-%d, port: %d, targetPort: %d, protocol: TCP}\n".formatted(number, number, number);
    }

    static boolean made(View view) {
        return !view.annotation(MARK).isEmpty();
    }

    static boolean supposed(Scene scene) {
        return scene.all(Type.POD).stream().anyMatch(DefaultGateway::made);
    }
}
