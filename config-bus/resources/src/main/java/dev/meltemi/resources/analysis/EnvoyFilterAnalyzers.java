package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.shape.Part;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Patches that Envoy would not take, or only sometimes: those relative to something that another filter, applied
/// earlier or later, may have put there or not.
final class EnvoyFilterAnalyzers {
    private static final Set<String> ROUTES = Set.of("ROUTE_CONFIGURATION", "HTTP_ROUTE");
    private static final Set<String> REPLACEABLE = Set.of("NETWORK_FILTER", "HTTP_FILTER", "VIRTUAL_HOST");

    private EnvoyFilterAnalyzers() {}

    static void patches(Scene scene, Notes notes) {
        Set<String> versioned = new HashSet<>();
        for (View filter : scene.all(Type.ENVOY_FILTER)) {
            for (Part change : filter.spec().items("configPatches")) {
                if (!change.has("patch")) {
                    break;
                }
                String name = patched(change);
                patch(change, versioned.contains(name), filter, notes);
                if (!change.at("match").at("proxy").text("proxyVersion").isEmpty()) {
                    versioned.add(name);
                }
            }
        }
    }

    /// The name that a patch gives to what it puts there; else that of the filter which it matches.
    private static String patched(Part change) {
        Part value = change.at("patch").at("value");
        if (value.has("name")) {
            return "\"" + value.text("name");
        }
        return value.isEmpty()
                ? ""
                : change.at("match")
                        .at("listener")
                        .at("filterChain")
                        .at("filter")
                        .text("name");
    }

    private static void patch(Part change, boolean versioned, View filter, Notes notes) {
        String on = change.text("applyTo");
        Part operation = change.at("patch").at("operation");
        switch (operation.text()) {
            case "ADD" -> {
                if (ROUTES.contains(on)) {
                    wrong(Code.IST0153, "ADD is ignored for " + List.copyOf(ROUTES), operation, filter, notes);
                }
            }
            case "REMOVE" -> {
                if (ROUTES.contains(on)) {
                    wrong(Code.IST0154, "REMOVE is ignored for " + List.copyOf(ROUTES), operation, filter, notes);
                } else {
                    relative(operation, versioned, filter, notes);
                }
            }
            case "REPLACE" -> {
                if (REPLACEABLE.contains(on)) {
                    relative(operation, versioned, filter, notes);
                } else {
                    wrong(Code.IST0152, "REPLACE works only for filters and virtual hosts", operation, filter, notes);
                }
            }
            case "INSERT_BEFORE", "INSERT_AFTER" -> relative(operation, versioned, filter, notes);
            default -> {
                // MERGE and INSERT_FIRST need nothing that may be missing
            }
        }
    }

    private static void wrong(Code code, String text, Part operation, View filter, Notes notes) {
        notes.once(code, filter, operation, text);
    }

    private static void relative(Part operation, boolean versioned, View filter, Notes notes) {
        if (filter.spec().whole("priority") != 0) {
            return;
        }
        notes.once(
                versioned ? Code.IST0155 : Code.IST0151,
                filter,
                operation,
                "is relative to what another filter may put there later, and has no priority"
                        + (versioned ? "; the same name is patched for some proxy versions only" : ""),
                "set a priority, or use INSERT_FIRST or ADD");
    }
}
