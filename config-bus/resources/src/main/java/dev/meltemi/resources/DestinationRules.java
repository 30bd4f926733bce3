package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.someText;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.DestinationRule.Subset;
import dev.meltemi.resources.shape.Part;
import java.util.HashSet;
import java.util.List;
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
                    DestinationRules::read)
            .withAnnotations(Extensions.SUPPORT);

    private DestinationRules() {}

    private static void check(Part spec, Metadata metadata, Report report) {
        Names.checkHost(spec.at("host"), report);
        Exports.check(spec, metadata, false, report);
        TrafficPolicyCheck.check(spec.at("trafficPolicy"), metadata.namespace(), report);
        Extensions.check(spec, metadata, report);
        Set<String> names = new HashSet<>();
        for (Part subset : spec.items("subsets")) {
            String name = subset.text("name");
            if (!Names.isLabel(name)) {
                report.error(subset.at("name"), "\"" + name + "\" is no subset's name: lower-case letters, digits, -");
            } else if (!names.add(name)) {
                report.error(subset.at("name"), "\"" + name + "\" is there twice");
            }
            Labels.check(subset.at("labels"), report);
            TrafficPolicyCheck.check(subset.at("trafficPolicy"), metadata.namespace(), report);
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
                                subset.text("name"),
                                subset.textTable("labels"),
                                TrafficPolicyReader.read(subset.at("trafficPolicy"))))
                        .toList(),
                Extensions.balanced(TrafficPolicyReader.read(spec.at("trafficPolicy")), metadata),
                Extensions.healthCheck(metadata));
    }
}
