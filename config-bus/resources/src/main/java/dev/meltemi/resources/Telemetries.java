package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.decimal;
import static dev.meltemi.resources.shape.Shape.duration;
import static dev.meltemi.resources.shape.Shape.flag;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.someText;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Leaf;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// `telemetry.istio.io` Telemetry.
final class Telemetries {
    private static final Leaf MODE = choice("CLIENT_AND_SERVER", "CLIENT", "SERVER");

    private static final Struct MATCH = struct().field("mode", MODE);

    private static final Struct PROVIDER = struct().required("name", someText());

    private static final Struct DEFAULTED =
            struct().required("name", someText()).field("defaultValue", text());

    private static final Struct CUSTOM_TAG = struct().field("literal", struct().required("value", someText()))
            .field("environment", DEFAULTED)
            .field("header", DEFAULTED)
            .field("formatter", struct().required("value", someText()))
            .atMostOne("literal", "environment", "header", "formatter");

    private static final Struct TRACING = struct().field("match", MATCH)
            .field("providers", list(PROVIDER))
            .field("randomSamplingPercentage", decimal(0, 100))
            .field("disableSpanReporting", flag())
            .field("disableContextPropagation", flag())
            .field("customTags", table(CUSTOM_TAG))
            .field("useRequestIdForTraceSampling", flag())
            .field("enableIstioTags", flag());

    private static final Struct OVERRIDE = struct().field(
                    "match",
                    struct().field(
                                    "metric",
                                    choice(
                                            "ALL_METRICS",
                                            "REQUEST_COUNT",
                                            "REQUEST_DURATION",
                                            "REQUEST_SIZE",
                                            "RESPONSE_SIZE",
                                            "TCP_OPENED_CONNECTIONS",
                                            "TCP_CLOSED_CONNECTIONS",
                                            "TCP_SENT_BYTES",
                                            "TCP_RECEIVED_BYTES",
                                            "GRPC_REQUEST_MESSAGES",
                                            "GRPC_RESPONSE_MESSAGES"))
                            .field("customMetric", someText())
                            .field("mode", MODE)
                            .atMostOne("metric", "customMetric"))
            .field("disabled", flag())
            .field(
                    "tagOverrides",
                    table(struct().field("operation", choice("UPSERT", "REMOVE"))
                            .field("value", text())));

    static final Kind KIND = Kind.opaque(
            "telemetry.istio.io",
            "Telemetry",
            List.of("v1", "v1alpha1"),
            Selection.SHAPE
                    .field("tracing", list(TRACING))
                    .field(
                            "metrics",
                            list(struct().field("providers", list(PROVIDER))
                                    .field("overrides", list(OVERRIDE))
                                    .field("reportingInterval", duration())))
                    .field(
                            "accessLogging",
                            list(struct().field("match", MATCH)
                                    .field("providers", list(PROVIDER))
                                    .field("disabled", flag())
                                    .field("filter", struct().field("expression", text())))),
            (spec, metadata, report) -> check(spec, report),
            "every request is told of: select from mesh.telemetry.access, or from port 15020");

    private Telemetries() {}

    private static void check(Part spec, Report report) {
        Selection.check(spec, report);
        List<Part> tracing = spec.items("tracing");
        if (tracing.size() > 1) {
            report.warn(spec.at("tracing"), "only the first of several entries counts");
        }
        for (Part trace : tracing) {
            if (trace.items("providers").size() > 1) {
                report.warn(trace.at("providers"), "only the first of several providers counts");
            }
        }
        for (Part metrics : spec.items("metrics")) {
            metrics.items("overrides")
                    .forEach(override ->
                            override.at("tagOverrides").fields().values().forEach(tag -> checkTag(tag, report)));
        }
        for (Part logging : spec.items("accessLogging")) {
            Part expression = logging.at("filter").at("expression");
            if (expression.isPresent() && !isBalanced(expression.text())) {
                report.error(expression, "\"" + expression.text() + "\" is no CEL expression");
            }
        }
    }

    private static void checkTag(Part tag, Report report) {
        boolean remove = tag.text("operation").equals("REMOVE");
        boolean value = !tag.text("value").isEmpty();
        if (remove && value) {
            report.error(tag.at("value"), "means nothing when the tag is removed");
        } else if (!remove && !value) {
            report.error(tag, "needs a value");
        }
    }

    /// A first look at a CEL expression, which is all that a kind not in force is worth: brackets and quotes pair, and
    /// it doesn't end in an operator.
    private static boolean isBalanced(String expression) {
        Deque<Character> open = new ArrayDeque<>();
        char quote = 0;
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '(' || c == '[' || c == '{') {
                open.push(c == '(' ? ')' : c == '[' ? ']' : '}');
            } else if ((c == ')' || c == ']' || c == '}') && (open.isEmpty() || open.pop() != c)) {
                return false;
            }
        }
        String end = expression.strip();
        return quote == 0
                && open.isEmpty()
                && !end.isEmpty()
                && "+-*/%<>=&|!.,?:".indexOf(end.charAt(end.length() - 1)) < 0;
    }
}
