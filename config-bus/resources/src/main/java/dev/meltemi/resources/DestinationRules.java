package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.someText;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.DestinationRule.LoadBalancer;
import dev.meltemi.resources.DestinationRule.PortPolicy;
import dev.meltemi.resources.DestinationRule.Subset;
import dev.meltemi.resources.DestinationRule.Tls;
import dev.meltemi.resources.DestinationRule.TrafficPolicy;
import dev.meltemi.resources.shape.Part;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// `networking.istio.io` DestinationRule.
final class DestinationRules {
    static final Kind KIND = new Kind(
            "networking.istio.io",
            "DestinationRule",
            List.of("v1", "v1beta1", "v1alpha3"),
            struct().required("host", text())
                    .field("exportTo", list(text()))
                    .field("workloadSelector", Selection.MATCH_LABELS)
                    .field("trafficPolicy", TrafficPolicyShape.POLICY)
                    .field(
                            "subsets",
                            list(struct().required("name", someText())
                                    .field("labels", table(text()))
                                    .field("trafficPolicy", TrafficPolicyShape.POLICY))),
            true,
            DestinationRules::check,
            DestinationRules::read);

    private DestinationRules() {}

    private static void check(Part spec, Metadata metadata, Report report) {
        Names.checkHost(spec.at("host"), report);
        Exports.check(spec, metadata, false, report);
        TrafficPolicyCheck.check(spec.at("trafficPolicy"), report);
        Set<String> names = new HashSet<>();
        for (Part subset : spec.items("subsets")) {
            String name = subset.text("name");
            if (!Names.isLabel(name)) {
                report.error(subset.at("name"), "\"" + name + "\" is no subset's name: lower-case letters, digits, -");
            } else if (!names.add(name)) {
                report.error(subset.at("name"), "\"" + name + "\" is there twice");
            }
            Labels.check(subset.at("labels"), report);
            TrafficPolicyCheck.check(subset.at("trafficPolicy"), report);
        }
        Part selector = spec.at("workloadSelector");
        Labels.checkSelector(selector, selector.at("matchLabels"), report);
        boolean elsewhere = spec.texts("exportTo").stream()
                .anyMatch(name -> !name.equals(".") && !name.equals(metadata.namespace()));
        if (selector.isPresent() && elsewhere) {
            report.error(
                    spec.at("exportTo"),
                    "a rule with workloadSelector is for its own namespace",
                    "write exportTo: [.]");
        }
    }

    private static DestinationRule read(Part spec, Metadata metadata) {
        return new DestinationRule(
                metadata.key(),
                spec.text("host"),
                spec.texts("exportTo"),
                spec.at("workloadSelector").textTable("matchLabels"),
                spec.items("subsets").stream()
                        .map(subset -> new Subset(
                                subset.text("name"), subset.textTable("labels"), policy(subset.at("trafficPolicy"))))
                        .toList(),
                policy(spec.at("trafficPolicy")));
    }

    private static Optional<TrafficPolicy> policy(Part policy) {
        return policy.isPresent()
                ? Optional.of(new TrafficPolicy(
                        loadBalancer(policy),
                        connectTimeout(policy),
                        tls(policy),
                        policy.items("portLevelSettings").stream()
                                .map(DestinationRules::portPolicy)
                                .toList()))
                : Optional.empty();
    }

    private static PortPolicy portPolicy(Part settings) {
        return new PortPolicy(
                (int) settings.at("port").whole("number"),
                loadBalancer(settings),
                connectTimeout(settings),
                tls(settings));
    }

    private static Optional<Duration> connectTimeout(Part policy) {
        return policy.at("connectionPool").at("tcp").duration("connectTimeout");
    }

    /// A `tls` without mode means plaintext, as in Istio, where DISABLE is the first of the modes.
    private static Optional<Tls> tls(Part policy) {
        if (!policy.has("tls")) {
            return Optional.empty();
        }
        return switch (policy.at("tls").text("mode")) {
            case "ISTIO_MUTUAL" -> Optional.of(Tls.ISTIO_MUTUAL);
            case "SIMPLE", "MUTUAL" -> Optional.empty(); // reported by ClientTls as not in force
            default -> Optional.of(Tls.DISABLE);
        };
    }

    private static Optional<LoadBalancer> loadBalancer(Part policy) {
        return switch (policy.at("loadBalancer").text("simple")) {
            case "LEAST_REQUEST", "LEAST_CONN" -> Optional.of(LoadBalancer.LEAST_REQUEST);
            case "ROUND_ROBIN" -> Optional.of(LoadBalancer.ROUND_ROBIN);
            case "RANDOM" -> Optional.of(LoadBalancer.RANDOM);
            case "PASSTHROUGH" -> Optional.of(LoadBalancer.PASSTHROUGH);
            default -> Optional.empty(); // UNSPECIFIED, or nothing
        };
    }
}
