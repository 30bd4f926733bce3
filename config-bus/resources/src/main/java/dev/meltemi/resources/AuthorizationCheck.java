package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What makes an AuthorizationPolicy valid.
final class AuthorizationCheck {
    private static final List<String> IDENTITIES =
            List.of("namespaces", "serviceAccounts", "trustDomains", "principals", "requestPrincipals");

    private static final Set<String> ATTRIBUTES = Set.of(
            "source.ip",
            "remote.ip",
            "source.namespace",
            "source.serviceAccount",
            "source.trustDomain",
            "source.principal",
            "request.auth.principal",
            "request.auth.audiences",
            "request.auth.presenter",
            "destination.ip",
            "destination.port",
            "connection.sni");

    /// Attributes with a name in brackets.
    private static final Set<String> TABLES = Set.of("request.headers", "request.auth.claims");

    private AuthorizationCheck() {}

    static void check(Part spec, Metadata metadata, Report report) {
        Selection.check(spec, report);
        String action = spec.text("action");
        List<Part> rules = spec.items("rules");
        boolean custom = action.equals("CUSTOM");
        if (rules.isEmpty() && (custom || action.equals("DENY"))) {
            report.error(spec.at("rules"), "is empty: " + action + " without rules does nothing", "rules: [{}]");
        }
        if (custom && spec.at("provider").text("name").isEmpty()) {
            report.error(spec.at("provider"), "is missing: action CUSTOM needs provider.name");
        } else if (!custom && spec.has("provider")) {
            report.error(spec.at("provider"), "is for action CUSTOM only");
        }
        checkDryRun(action, metadata, spec, report);
        for (Part rule : rules) {
            checkRule(rule, custom, report);
            if (action.equals("DENY")) {
                warnOfTcp(rule, report);
            }
        }
    }

    private static void checkDryRun(String action, Metadata metadata, Part spec, Report report) {
        Optional<String> dryRun = Optional.ofNullable(metadata.annotations().get(Metadata.DRY_RUN));
        if (dryRun.isEmpty()) {
            return;
        }
        if (!dryRun.get().equals("true") && !dryRun.get().equals("false")) {
            report.error(spec, "the annotation istio.io/dry-run is \"" + dryRun.get() + "\": expected true or false");
        } else if (action.equals("CUSTOM") || action.equals("AUDIT")) {
            report.error(spec, "the annotation istio.io/dry-run is for ALLOW and DENY");
        }
    }

    private static void checkRule(Part rule, boolean custom, Report report) {
        for (String field : List.of("from", "to")) {
            if (rule.has(field) && rule.items(field).isEmpty()) {
                report.error(rule.at(field), "is empty: leave it out to mean anybody");
            }
        }
        for (Part from : rule.items("from")) {
            Part source = from.at("source");
            checkLists(source, report);
            checkSource(source, custom, report);
        }
        for (Part to : rule.items("to")) {
            Part operation = to.at("operation");
            checkLists(operation, report);
            for (String field : List.of("ports", "notPorts")) {
                operation.items(field).forEach(port -> checkPort(port, report));
            }
            for (String field : List.of("paths", "notPaths")) {
                operation.items(field).forEach(path -> checkPath(path, report));
            }
        }
        rule.items("when").forEach(condition -> checkCondition(condition, report));
    }

    private static void checkLists(Part part, Report report) {
        if (part.isEmpty()) {
            report.error(part, "is empty: leave it out to mean anything");
        }
        part.fields().values().forEach(list -> {
            for (Part item : list.items()) {
                if (item.text().isEmpty()) {
                    report.error(item, "is empty text, which matches nothing");
                }
            }
        });
    }

    private static void checkSource(Part source, boolean custom, Report report) {
        for (String field : List.of("ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks")) {
            for (Part block : source.items(field)) {
                if (!Addresses.isIpOrCidr(block.text())) {
                    report.error(block, "\"" + block.text() + "\" is no IP address and no range");
                }
            }
        }
        for (String field : IDENTITIES) {
            String not = "not" + Character.toUpperCase(field.charAt(0)) + field.substring(1);
            for (String name : List.of(field, not)) {
                if (custom && source.has(name)) {
                    report.error(source.at(name), "can't be used with action CUSTOM, which runs before identities");
                }
            }
        }
        for (String prefix : List.of("serviceAccounts", "notServiceAccounts")) {
            source.items(prefix).forEach(account -> checkServiceAccount(account, report));
        }
        boolean others = List.of("namespaces", "notNamespaces", "principals", "notPrincipals").stream()
                .anyMatch(source::has);
        if (others && (source.has("serviceAccounts") || source.has("notServiceAccounts"))) {
            report.error(source, "serviceAccounts can't stand beside namespaces or principals");
        }
        for (String field : List.of("trustDomains", "notTrustDomains")) {
            source.items(field).forEach(domain -> checkTrustDomain(domain, report));
        }
    }

    private static void checkServiceAccount(Part account, Report report) {
        String text = account.text();
        if (text.contains("*") || text.chars().filter(c -> c == '/').count() > 1) {
            report.error(account, "\"" + text + "\": expected name or namespace/name, without *");
        }
    }

    private static void checkTrustDomain(Part domain, Report report) {
        String text = domain.text();
        int star = text.indexOf('*');
        boolean middle = star > 0 && star < text.length() - 1;
        if (text.contains("/") || middle || star != text.lastIndexOf('*')) {
            report.error(domain, "\"" + text + "\" is no trust domain: one * at its begin or end, and no /");
        }
    }

    private static void checkPort(Part port, Report report) {
        String text = port.text();
        boolean number = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number || Integer.parseInt(text) > 65_535) {
            report.error(port, "\"" + text + "\" is no port");
        }
    }

    /// Templates: `{*}` is one segment, `{**}` any number of them.
    private static void checkPath(Part path, Report report) {
        if (path.text().indexOf('{') < 0 && path.text().indexOf('}') < 0) {
            return;
        }
        List<String> segments = List.of(path.text().split("/", -1));
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            boolean good = segment.equals("{*}")
                    || segment.equals("{**}")
                    || (segment.indexOf('{') < 0 && segment.indexOf('}') < 0 && segment.indexOf('*') < 0);
            if (!good) {
                report.error(path, "\"" + segment + "\": in a template {*} and {**} are whole segments");
            }
        }
    }

    private static void checkCondition(Part condition, Report report) {
        String key = condition.text("key");
        int bracket = key.indexOf('[');
        boolean table = bracket > 0 && key.endsWith("]") && TABLES.contains(key.substring(0, bracket));
        if (!ATTRIBUTES.contains(key) && !table && !key.startsWith("experimental.envoy.filters.")) {
            report.error(
                    condition.at("key"),
                    "\"" + key + "\" is no attribute",
                    "for example source.ip or request.headers[x-name]");
        }
        if (condition.at("values").isEmpty() && condition.at("notValues").isEmpty()) {
            report.error(condition, "needs values or notValues");
        }
        for (String field : List.of("values", "notValues")) {
            for (Part value : condition.items(field)) {
                boolean ip = Set.of("source.ip", "remote.ip", "destination.ip").contains(key);
                if (ip && !Addresses.isIpOrCidr(value.text())) {
                    report.error(value, "\"" + value.text() + "\" is no IP address and no range");
                } else if (key.equals("destination.port")) {
                    checkPort(value, report);
                }
            }
        }
    }

    /// A DENY rule of HTTP attributes denies every TCP connection, which has none of them.
    private static void warnOfTcp(Part rule, Report report) {
        boolean http = rule.items("from").stream()
                .map(from -> from.at("source"))
                .anyMatch(source -> source.has("requestPrincipals") || source.has("notRequestPrincipals"));
        boolean ports = false;
        for (Part to : rule.items("to")) {
            Part operation = to.at("operation");
            http |= List.of("methods", "notMethods", "paths", "notPaths", "hosts", "notHosts").stream()
                    .anyMatch(operation::has);
            ports |= operation.has("ports");
        }
        http |= rule.items("when").stream()
                .anyMatch(condition -> condition.text("key").startsWith("request."));
        if (http && !ports) {
            report.warn(rule, "names HTTP attributes without ports: it would deny every TCP connection");
        }
    }
}
