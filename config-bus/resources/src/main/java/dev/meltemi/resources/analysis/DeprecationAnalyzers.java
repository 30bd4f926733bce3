package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.shape.Part;
import java.util.Set;

/// Fields and kinds that Istio has given up.
final class DeprecationAnalyzers {
    private static final Set<String> GONE =
            Set.of("ClusterRbacConfig", "RbacConfig", "ServiceRole", "ServiceRoleBinding");

    private DeprecationAnalyzers() {}

    static void fields(Scene scene, Notes notes) {
        for (View rule : scene.all(Type.VIRTUAL_SERVICE)) {
            for (Part http : rule.spec().items("http")) {
                Part percent = http.at("fault").at("delay").at("percent");
                if (percent.whole() > 0) {
                    notes.once(
                            Code.IST0002,
                            rule,
                            percent,
                            "fault.delay.percent is deprecated",
                            "use fault.delay.percentage");
                }
            }
        }
        for (View sidecar : scene.all(Type.SIDECAR)) {
            Part proxy = sidecar.spec().at("outboundTrafficPolicy").at("egressProxy");
            if (proxy.isPresent()) {
                notes.once(Code.IST0002, sidecar, proxy, "outboundTrafficPolicy.egressProxy is ignored");
            }
        }
        for (View definition : scene.all(Type.CUSTOM_RESOURCE_DEFINITION)) {
            String kind = definition.spec().at("names").text("kind");
            if (definition.spec().text("group").equals("rbac.istio.io") && GONE.contains(kind)) {
                notes.once(
                        Code.IST0002,
                        definition,
                        definition.nameplate(),
                        "the kind rbac.istio.io " + kind + " is gone",
                        "use AuthorizationPolicy");
            }
        }
    }
}
