package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.count;
import static dev.meltemi.resources.shape.Shape.freeForm;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.number;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;
import static dev.meltemi.resources.shape.Shape.whole;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.List;
import java.util.Optional;

/// `networking.istio.io` EnvoyFilter: judged, never in force, because there is no Envoy whose insides it could patch.
final class EnvoyFilters {
    private static final Struct NAMED = struct().field("name", text());

    private static final Struct FILTER = NAMED.field("subFilter", NAMED);

    private static final Struct LISTENER_MATCH = struct().field("portNumber", count())
            .field("portName", text())
            .field(
                    "filterChain",
                    struct().field("name", text())
                            .field("sni", text())
                            .field("transportProtocol", text())
                            .field("applicationProtocols", text())
                            .field("filter", FILTER)
                            .field("destinationPort", count()))
            .field("listenerFilter", text())
            .field("name", text());

    private static final Struct ROUTE_MATCH = struct().field("portNumber", count())
            .field("portName", text())
            .field("gateway", text())
            .field(
                    "vhost",
                    struct().field("name", text())
                            .field("domainName", text())
                            .field(
                                    "route",
                                    NAMED.field("action", choice("ANY", "ROUTE", "REDIRECT", "DIRECT_RESPONSE"))))
            .field("name", text());

    private static final Struct MATCH = struct().field(
                    "context", choice("ANY", "SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "GATEWAY", "WAYPOINT"))
            .field("proxy", struct().field("proxyVersion", text()).field("metadata", table(text())))
            .field("listener", LISTENER_MATCH)
            .field("routeConfiguration", ROUTE_MATCH)
            .field(
                    "cluster",
                    struct().field("portNumber", count())
                            .field("service", text())
                            .field("subset", text())
                            .field("name", text()))
            .field(
                    "waypoint",
                    struct().field("portNumber", whole(1, 65_535))
                            .field("filter", FILTER)
                            .field("route", NAMED))
            .atMostOne("listener", "routeConfiguration", "cluster", "waypoint");

    private static final Struct PATCH = struct().field(
                    "operation",
                    choice(
                            "INVALID",
                            "MERGE",
                            "ADD",
                            "REMOVE",
                            "INSERT_BEFORE",
                            "INSERT_AFTER",
                            "INSERT_FIRST",
                            "REPLACE",
                            "MERGE_AND_REPLACE_LIST"))
            .field("value", freeForm())
            .field("filterClass", choice("UNSPECIFIED", "AUTHN", "AUTHZ", "STATS"));

    private static final Struct CONFIG_PATCH = struct().field(
                    "applyTo",
                    choice(
                            "INVALID",
                            "LISTENER",
                            "FILTER_CHAIN",
                            "NETWORK_FILTER",
                            "HTTP_FILTER",
                            "ROUTE_CONFIGURATION",
                            "VIRTUAL_HOST",
                            "HTTP_ROUTE",
                            "CLUSTER",
                            "EXTENSION_CONFIG",
                            "BOOTSTRAP",
                            "LISTENER_FILTER"))
            .field("match", MATCH)
            .field("patch", PATCH);

    static final Kind KIND = Kind.opaque(
            "networking.istio.io",
            "EnvoyFilter",
            List.of("v1alpha3"),
            struct().field("workloadSelector", Selection.LABELS)
                    .field("targetRefs", list(Selection.TARGET_REF, 0, 16))
                    .field("configPatches", list(CONFIG_PATCH))
                    .field("priority", number())
                    .atMostOne("workloadSelector", "targetRefs"),
            (spec, metadata, report) -> check(spec, report),
            "there is no Envoy to patch: a VirtualService edits headers, answers by directResponse, sets timeouts,"
                    + " retries and faults; a DestinationRule sets connections");

    private EnvoyFilters() {}

    private static void check(Part spec, Report report) {
        report.warn(spec, "patches Envoy's insides, which change between versions");
        Part selector = spec.at("workloadSelector");
        Labels.checkSelector(selector, selector.at("labels"), report);
        Selection.check(spec, report);
        for (Part patch : spec.items("configPatches")) {
            checkPatch(patch, report);
        }
    }

    private static void checkPatch(Part config, Report report) {
        String applyTo = config.text("applyTo");
        if (applyTo.isEmpty() || applyTo.equals("INVALID")) {
            report.error(config.at("applyTo"), "is missing: what is patched?");
        }
        Part patch = config.at("patch");
        String operation = patch.text("operation");
        if (operation.isEmpty() || operation.equals("INVALID")) {
            report.error(patch.at("operation"), "is missing: how is it patched?");
        } else if (!operation.equals("REMOVE") && !patch.has("value")) {
            report.error(patch.at("value"), "is missing: " + operation + " needs it");
        }
        Part match = config.at("match");
        Part version = match.at("proxy").at("proxyVersion");
        if (version.text().length() > Regexes.MAX_LENGTH) {
            report.warn(version, "has more than " + Regexes.MAX_LENGTH + " characters and is ignored");
        } else {
            Regexes.fault(version.text()).ifPresent(why -> report.error(version, "no RE2 expression: " + why));
        }
        expectedMatch(applyTo).ifPresent(expected -> {
            for (String other : List.of("listener", "routeConfiguration", "cluster")) {
                if (!other.equals(expected) && match.has(other)) {
                    report.error(match.at(other), "can't match " + applyTo + ": expected " + expected);
                }
            }
        });
        checkFilter(match.at("listener").at("filterChain").at("filter"), applyTo, report);
        checkFilter(match.at("waypoint").at("filter"), applyTo, report);
        if (match.has("waypoint") && !match.text("context").equals("WAYPOINT")) {
            report.error(match.at("waypoint"), "needs context WAYPOINT");
        }
    }

    private static Optional<String> expectedMatch(String applyTo) {
        return switch (applyTo) {
            case "LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER", "LISTENER_FILTER" ->
                Optional.of("listener");
            case "ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE" -> Optional.of("routeConfiguration");
            case "CLUSTER" -> Optional.of("cluster");
            default -> Optional.empty();
        };
    }

    private static void checkFilter(Part filter, String applyTo, Report report) {
        if (!filter.isPresent()) {
            return;
        }
        if (filter.text("name").isEmpty()) {
            report.error(filter, "needs the filter's name");
        }
        Part sub = filter.at("subFilter");
        if (sub.isPresent() && !applyTo.equals("HTTP_FILTER")) {
            report.error(sub, "is for applyTo HTTP_FILTER only");
        } else if (sub.isPresent() && sub.text("name").isEmpty()) {
            report.error(sub, "needs the filter's name");
        }
    }
}
