package dev.meltemi.cli;

import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.CrossOrigin;
import dev.meltemi.routing.Decision;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.routing.Explanation;
import dev.meltemi.routing.FailureWords;
import dev.meltemi.routing.FaultPlan;
import dev.meltemi.routing.HeaderEdits;
import dev.meltemi.routing.PolicyInForce;
import dev.meltemi.routing.ProxyFailure;
import dev.meltemi.routing.RequestHead;
import dev.meltemi.routing.Retries;
import dev.meltemi.routing.Route;
import dev.meltemi.routing.TableView;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.Compiled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// An explanation as fields, for JSON and for people alike.
///
/// @param clusters of the same table, with the DestinationRules that they go by
/// @param compiled what the table was made of
record Explained(
        RequestHead request,
        Explanation explanation,
        List<TableView.ClusterRow> clusters,
        Workload self,
        Compiled compiled) {
    Map<String, Object> fields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("host", explanation.host());
        fields.put("leftOut", explanation.leftOut());
        fields.put(
                "tried",
                explanation.tried().stream()
                        .map(tried -> {
                            var row = new LinkedHashMap<String, Object>();
                            row.put("rule", tried.rule());
                            row.put("place", tried.place());
                            row.put("route", tried.route());
                            row.put("matched", tried.matched());
                            row.put("failed", tried.why());
                            return row;
                        })
                        .toList());
        fields.put(
                "choices",
                explanation.choices().stream()
                        .map(choice -> {
                            var row = new LinkedHashMap<String, Object>();
                            row.put("percent", choice.percent());
                            row.putAll(outcome(choice.decision()));
                            return row;
                        })
                        .toList());
        fields.put("outcome", outcome(explanation.decision()));
        fields.put("route", route(explanation.decision()));
        return fields;
    }

    /// What comes of a decision.
    Map<String, Object> outcome(Decision decision) {
        var fields = new LinkedHashMap<String, Object>();
        switch (decision) {
            case Decision.Forward forward -> {
                Cluster cluster = forward.cluster();
                fields.put("action", "forward");
                fields.put("cluster", cluster.name());
                fields.put("destinationRule", destinationRule(cluster));
                fields.put("policy", policy(cluster));
                fields.put(
                        "endpoints",
                        cluster.endpoints().stream()
                                .map(endpoint -> endpoint(cluster, endpoint))
                                .toList());
                if (cluster.endpoints().isEmpty()) {
                    putFailure(fields, new ProxyFailure.NoHealthyEndpoint(cluster.name()));
                }
            }
            case Decision.Redirect redirect -> {
                fields.put("action", "redirect");
                fields.put("status", redirect.status());
                fields.put("location", redirect.location());
            }
            case Decision.Respond respond -> {
                fields.put("action", "respond");
                fields.put("status", respond.status());
                fields.put("body", new String(respond.body(), StandardCharsets.UTF_8));
            }
            case Decision.Refuse refuse -> {
                fields.put("action", "refuse");
                putFailure(fields, refuse.failure());
            }
        }
        return fields;
    }

    private static void putFailure(Map<String, Object> fields, ProxyFailure failure) {
        FailureWords words = FailureWords.of(failure);
        fields.put("status", words.status());
        fields.put("flag", words.flag());
        fields.put("details", words.details());
        fields.put("why", failure.toString());
    }

    private String destinationRule(Cluster cluster) {
        String[] parts = cluster.name().split("\\|", -1);
        return parts.length < 4
                ? ""
                : clusters.stream()
                        .filter(row -> row.fqdn().equals(parts[3])
                                && row.subset().equals(parts[2])
                                && Integer.toString(row.port()).equals(parts[1]))
                        .findFirst()
                        .map(TableView.ClusterRow::source)
                        .orElse("");
    }

    /// What rules say beyond the defaults, in the words of a DestinationRule.
    private Map<String, Object> policy(Cluster cluster) {
        String[] parts = cluster.name().split("\\|", -1);
        var said = new TreeMap<String, Object>();
        if (parts.length == 4) {
            PolicyInForce.of(self, compiled, parts[3], parts[2], Integer.parseInt(parts[1]))
                    .ifPresent(policy -> policy.inWords().forEach((field, value) -> {
                        if (!value.equals(PolicyInForce.DEFAULT.inWords().get(field))) {
                            said.put(field, inText(value));
                        }
                    }));
        }
        return said;
    }

    private static Object inText(Object said) {
        return switch (said) {
            case Map<?, ?> fields -> {
                var texts = new TreeMap<String, Object>();
                fields.forEach((name, value) -> texts.put(name.toString(), inText(value)));
                yield texts;
            }
            case Duration duration -> DurationText.of(duration);
            default -> said;
        };
    }

    private static Map<String, Object> endpoint(Cluster cluster, Endpoint endpoint) {
        var row = new LinkedHashMap<String, Object>();
        row.put("address", endpoint.toString());
        row.put("instance", endpoint.instance());
        row.put("mtls", cluster.usesMutualTls(endpoint));
        return row;
    }

    /// Only what a route says beyond forwarding.
    private Map<String, Object> route(Decision decision) {
        var fields = new LinkedHashMap<String, Object>();
        Route route = switch (decision) {
            case Decision.Forward forward -> forward.route();
            case Decision.Redirect redirect -> redirect.route();
            case Decision.Respond respond -> respond.route();
            case Decision.Refuse refuse -> refuse.route();
        };
        if (route.timeoutNanos() > 0) {
            fields.put("timeout", route.timeoutNanos() / 1e9 + "s");
        }
        CrossOrigin pages = route.crossOrigin();
        if (pages != null) {
            CrossOrigin.Verdict verdict = pages.of(request);
            if (verdict.preflight()) {
                fields.put("cors", "a preflight, which the proxy answers itself with 200");
            }
            putEdits(fields, "corsHeaders", verdict.headers());
        }
        if (decision instanceof Decision.Forward forward) {
            fields.put("retries", retries(route.retries()));
            putFault(fields, route.fault());
            if (!route.mirrors().isEmpty()) {
                fields.put(
                        "mirrors",
                        route.mirrors().stream()
                                .map(mirror -> mirror.percent() + "% "
                                        + mirror.cluster().name())
                                .toList());
            }
            if (route.authorityRewrite() != null) {
                fields.put("authority", route.authorityRewrite());
            }
            putEdits(fields, "requestHeaders", forward.requestEdits());
            putEdits(fields, "responseHeaders", forward.responseEdits());
        }
        return fields;
    }

    private static String retries(Retries retries) {
        var on = new TreeSet<String>();
        retries.on().forEach(condition -> on.add(condition.word()));
        retries.statusCodes().forEach(code -> on.add(code.toString()));
        return retries.attempts() == 0
                ? "none"
                : retries.attempts() + " on " + String.join(", ", on)
                        + (retries.perTryTimeoutNanos() > 0
                                ? ", each within " + retries.perTryTimeoutNanos() / 1e9 + "s"
                                : "");
    }

    private static void putFault(Map<String, Object> fields, FaultPlan fault) {
        if (fault.delayPercent() > 0) {
            fields.put("delay", fault.delayNanos() / 1e9 + "s for " + fault.delayPercent() + "% of requests");
        }
        if (fault.abortPercent() > 0) {
            fields.put(
                    "abort",
                    (fault.abortGrpcStatus().isEmpty() ? fault.abortStatus() + "" : "gRPC " + fault.abortGrpcStatus())
                            + " for " + fault.abortPercent() + "% of requests");
        }
    }

    private static void putEdits(Map<String, Object> fields, String name, HeaderEdits edits) {
        var told = new ArrayList<String>();
        edits.set().forEach(edit -> told.add("set " + edit.name() + ": " + edit.value()));
        edits.add().forEach(edit -> told.add("add " + edit.name() + ": " + edit.value()));
        edits.remove().forEach(gone -> told.add("remove " + gone));
        if (!told.isEmpty()) {
            fields.put(name, told);
        }
    }
}
