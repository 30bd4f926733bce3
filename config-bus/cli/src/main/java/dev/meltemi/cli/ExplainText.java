package dev.meltemi.cli;

import dev.meltemi.routing.Decision;
import dev.meltemi.routing.Explanation;
import dev.meltemi.routing.ProxyFailure;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An explanation for people: what was tried, what matched, where it goes, and what to do when it goes nowhere.
///
/// @param offline no instance can be known
record ExplainText(PrintWriter out, Explained explained, boolean offline) {
    void print() {
        Explanation explanation = explained.explanation();
        line("host", explanation.host().isEmpty() ? "none that this workload knows" : explanation.host());
        explanation.leftOut().forEach(each -> line("left out", each.rule() + " " + each.place() + ": " + each.why()));
        explanation
                .tried()
                .forEach(each -> line(
                        each.matched() ? "matched" : "tried",
                        each.rule() + " " + each.place()
                                + (each.route().isEmpty() ? "" : " (" + each.route() + ")")
                                + (each.matched() ? "" : ": " + each.why())));
        for (Explanation.Choice choice : explanation.choices()) {
            chosen(choice);
        }
        if (explanation.choices().isEmpty()) {
            line("then", words(explained.outcome(explanation.decision())));
        }
        Object route = explained.fields().get("route");
        if (route instanceof Map<?, ?> settings) {
            settings.forEach((name, value) -> line(String.valueOf(name), text(value)));
        }
        String next = next(explanation);
        if (!next.isEmpty()) {
            line("next", next);
        }
    }

    private void chosen(Explanation.Choice choice) {
        Map<String, Object> outcome = explained.outcome(choice.decision());
        line(percent(choice.percent()), words(outcome));
        if (outcome.get("endpoints") instanceof Collection<?> endpoints) {
            for (Object each : endpoints) {
                if (each instanceof Map<?, ?> endpoint) {
                    line(
                            "",
                            endpoint.get("address") + " " + endpoint.get("instance")
                                    + (Boolean.TRUE.equals(endpoint.get("mtls")) ? " by mTLS" : " in plaintext"));
                }
            }
        }
    }

    private String words(Map<String, Object> outcome) {
        String failure = outcome.containsKey("flag") && !(offline && outcome.containsKey("cluster"))
                ? outcome.get("status") + " " + outcome.get("flag") + " " + outcome.get("details")
                : "";
        return switch (String.valueOf(outcome.get("action"))) {
            case "forward" -> {
                String rule = String.valueOf(outcome.get("destinationRule"));
                yield outcome.get("cluster") + ", "
                        + (rule.isEmpty() ? "no DestinationRule" : rule + policy(outcome.get("policy")))
                        + (failure.isEmpty() ? "" : ": " + failure);
            }
            case "redirect" -> "redirect " + outcome.get("status") + " to " + outcome.get("location");
            case "respond" -> "answered with " + outcome.get("status");
            default -> "refused: " + failure;
        };
    }

    private static String policy(@Nullable Object said) {
        return said instanceof Map<?, ?> fields && !fields.isEmpty() ? " " + fields : "";
    }

    /// What somebody does who didn't expect this.
    private String next(Explanation explanation) {
        return switch (explanation.decision()) {
            case Decision.Refuse(ProxyFailure failure, var _, var _)
            when failure instanceof ProxyFailure.NoRoute ->
                explanation.tried().isEmpty()
                        ? "nothing here answers for this host and port: meltemi get service,gateway,virtualservice"
                                + " shows what does, left out above says what doesn't count for this caller"
                        : "no match holds: mend the first predicate above that should have, or end the rule with a"
                                + " route without match";
            case Decision.Refuse(ProxyFailure failure, var _, var _)
            when failure instanceof ProxyFailure.NoCluster missing ->
                missing.cluster()
                        + " doesn't exist for this caller: a DestinationRule has to define the subset, a Service or"
                        + " ServiceEntry the host and port, exported to the caller's namespace";
            case Decision.Forward forward
            when forward.cluster().endpoints().isEmpty() && !offline ->
                "no instance serves " + forward.cluster().name() + ": meltemi proxy-status shows who runs; labels have"
                        + " to be those of the service's selector and of the subset";
            case Decision.Forward _, Decision.Redirect _, Decision.Respond _, Decision.Refuse _ -> "";
        };
    }

    private static String percent(double percent) {
        return percent == Math.rint(percent) ? (long) percent + "%" : String.format("%.2f%%", percent);
    }

    private static String text(Object value) {
        return value instanceof Collection<?> several
                ? String.join("; ", several.stream().map(String::valueOf).toList())
                : String.valueOf(value);
    }

    private void line(String head, String text) {
        out.println((head + " ".repeat(Math.max(0, 16 - head.length()))) + text.strip());
    }
}
