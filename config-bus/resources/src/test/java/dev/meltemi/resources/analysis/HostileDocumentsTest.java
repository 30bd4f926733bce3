package dev.meltemi.resources.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Documents that somebody made to stop us, and documents that make no sense.
class HostileDocumentsTest {
    /// Ten times what people write; a product of two such lists would take minutes.
    private static final int MANY = 5_000;

    private static final AnalysisSettings SETTINGS = AnalysisSettings.everything(Instant.EPOCH);

    private static String list(IntFunction<String> item) {
        return IntStream.range(0, MANY).mapToObj(item).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String document(String kind, String name, String spec) {
        return "apiVersion: networking.istio.io/v1\nkind: %s\nmetadata: {name: %s, namespace: a}\nspec: %s\n"
                .formatted(kind, name, spec);
    }

    private static void look(String... texts) {
        var neighbourhood = new Neighbourhood();
        List<View> views = new ArrayList<>();
        for (String text : texts) {
            View view = View.of(text, "a");
            views.add(view);
            neighbourhood.put("networking.istio.io/" + view.kind() + "/a/" + view.name(), text);
        }
        views.forEach(
                view -> assertThat(neighbourhood.findings("networking.istio.io/" + view.kind() + "/a/" + view.name()))
                        .isNotNull());
        assertThat(Analysis.of(views, SETTINGS)).isNotNull();
    }

    @Test
    @Timeout(60)
    void rules_for_thousands_of_hosts_that_overlap_take_bounded_time() {
        String hosts = list(i -> "h" + i + ".x.com");
        look(
                document("VirtualService", "one", "{hosts: " + hosts + ", exportTo: [\".\", b, c]}"),
                document("VirtualService", "two", "{hosts: " + hosts + "}"),
                document("VirtualService", "three", "{hosts: [\"*.com\", \"*.x.com\", \"*\"]}"),
                document(
                        "VirtualService", "four", "{hosts: [\"*.com\", \"*\"], exportTo: " + list(i -> "n" + i) + "}"));
    }

    @Test
    @Timeout(60)
    void thousands_of_routes_destinations_and_subsets_take_bounded_time() {
        look(
                document(
                        "VirtualService",
                        "one",
                        "{hosts: " + list(i -> "h" + i) + ", gateways: [g], http: [{route: "
                                + list(i -> "{destination: {host: h" + i + "}}") + "}]}"),
                document("DestinationRule", "one", "{host: h1, subsets: " + list(i -> "{name: s" + i + "}") + "}"),
                document("DestinationRule", "two", "{host: h1, subsets: " + list(i -> "{name: s" + i + "}") + "}"));
    }

    @Test
    @Timeout(60)
    void thousands_of_servers_and_ports_take_bounded_time() {
        look(
                document(
                        "Gateway", "one", "{servers: " + list(i -> "{hosts: [\"*\"], tls: {credentialName: c}}") + "}"),
                document(
                        "Gateway", "two", "{servers: " + list(i -> "{hosts: [\"*\"], tls: {credentialName: c}}") + "}"),
                document(
                        "ServiceEntry",
                        "one",
                        "{hosts: " + list(i -> "h" + i) + ", ports: " + list(i -> "{number: " + i + "}") + "}"),
                document(
                        "ServiceEntry",
                        "two",
                        "{hosts: [h1], exportTo: " + list(i -> "n" + i) + ", ports: [{number: 1, protocol: HTTP}]}"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void nonsense_of_any_kind_is_looked_at_without_a_fault(long seed) {
        var random = new Random(seed);
        List<View> views = new ArrayList<>();
        List<String> kinds = List.of(
                "VirtualService",
                "DestinationRule",
                "Gateway",
                "ServiceEntry",
                "Sidecar",
                "EnvoyFilter",
                "WorkloadEntry");
        for (int i = 0; i < 300; i++) {
            String kind = kinds.get(random.nextInt(kinds.size()));
            views.add(View.of(document(kind, "n" + random.nextInt(9), nonsense(random, 0)), ""));
        }

        assertThat(Analysis.of(views, SETTINGS))
                .allSatisfy(one -> assertThat(one.finding().text()).isNotEmpty());
    }

    /// Fields that analyzers read, with values of the wrong shape.
    private static String nonsense(Random random, int depth) {
        List<String> fields = List.of(
                "hosts",
                "host",
                "http",
                "route",
                "destination",
                "subset",
                "subsets",
                "servers",
                "port",
                "number",
                "tls",
                "gateways",
                "match",
                "headers",
                "selector",
                "labels",
                "ports",
                "exportTo",
                "configPatches",
                "patch",
                "name",
                "trafficPolicy",
                "portLevelSettings",
                "mode",
                "workloadSelector",
                "fault",
                "delay",
                "percent",
                "mirrors");
        return switch (depth > 5 ? random.nextInt(4) : random.nextInt(7)) {
            case 0 -> "null";
            case 1 -> "\"*\"";
            case 2 -> Integer.toString(random.nextInt());
            case 3 -> "\"@request.auth.claims[\"";
            case 4 ->
                IntStream.range(0, random.nextInt(4))
                        .mapToObj(i -> nonsense(random, depth + 1))
                        .collect(Collectors.joining(", ", "[", "]"));
            default ->
                fields.stream()
                        .filter(field -> random.nextInt(4) == 0)
                        .map(field -> field + ": " + nonsense(random, depth + 1))
                        .collect(Collectors.joining(", ", "{", "}"));
        };
    }
}
