package dev.meltemi.cli;

import dev.meltemi.schemas.telemetry.AccessEvent;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which access events a person wants to see.
final class TapFilter {
    private Predicate<AccessEvent> wanted = event -> true;

    /// @param reporter `source`, `destination` or `both`: each request is told of by both sides
    static TapFilter reportedBy(String reporter) {
        return new TapFilter()
                .and(event -> reporter.equals("both") || event.getReporter().equals(reporter));
    }

    TapFilter to(@Nullable String target) {
        return target == null ? this : and(side(target, false));
    }

    TapFilter from(@Nullable String target) {
        return target == null ? this : and(side(target, true));
    }

    TapFilter method(@Nullable String method) {
        return method == null ? this : and(event -> event.getMethod().equalsIgnoreCase(method));
    }

    TapFilter path(@Nullable String prefix) {
        return prefix == null ? this : and(event -> event.getPath().startsWith(prefix));
    }

    TapFilter status(@Nullable String status) {
        if (status == null) {
            return this;
        }
        var shape = Pattern.compile(status.toLowerCase(Locale.ROOT).replace("x", "\\d"));
        return and(event ->
                shape.matcher(Integer.toString(event.getResponseCode())).matches());
    }

    boolean matches(AccessEvent event) {
        return wanted.test(event);
    }

    private TapFilter and(Predicate<AccessEvent> more) {
        wanted = wanted.and(more);
        return this;
    }

    /// `svc/reviews` is a service; `deploy/reviews-v1`, `workload/…` and `pod/…` a workload; a bare name either. A
    /// namespace may follow after a dot.
    private static Predicate<AccessEvent> side(String target, boolean source) {
        int slash = target.indexOf('/');
        String type = slash < 0 ? "" : target.substring(0, slash).toLowerCase(Locale.ROOT);
        String rest = target.substring(slash + 1);
        int dot = rest.indexOf('.');
        String name = dot < 0 ? rest : rest.substring(0, dot);
        String namespace = dot < 0 ? "" : rest.substring(dot + 1).split("\\.", 2)[0];
        boolean services = switch (type) {
            case "svc", "service", "services", "" -> true;
            default -> false;
        };
        boolean workloads = !services || type.isEmpty();
        return event -> {
            String where = source ? event.getSourceWorkloadNamespace() : event.getDestinationServiceNamespace();
            String service = source ? event.getSourceCanonicalService() : event.getDestinationServiceName();
            String workload = source ? event.getSourceWorkload() : event.getDestinationWorkload();
            return (namespace.isEmpty() || namespace.equals(where))
                    && ((services && service.equals(name)) || (workloads && workload.equals(name)));
        };
    }
}
