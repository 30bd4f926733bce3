package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.HeaderOperations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Header operations in the order in which they apply: set, add, remove. Names are lower case.
public record HeaderEdits(List<Edit> set, List<Edit> add, List<String> remove) {
    public static final HeaderEdits NONE = new HeaderEdits(List.of(), List.of(), List.of());

    public record Edit(String name, String value) {}

    public HeaderEdits {
        set = List.copyOf(set);
        add = List.copyOf(add);
        remove = List.copyOf(remove);
    }

    public boolean isEmpty() {
        return set.isEmpty() && add.isEmpty() && remove.isEmpty();
    }

    /// Sorted by name, as Istio writes them. The authority is no header: see {@link #authority}.
    static HeaderEdits request(@Nullable HeaderOperations operations) {
        return operations == null
                ? NONE
                : of(operations.getRequestSet(), operations.getRequestAdd(), operations.getRequestRemove());
    }

    static HeaderEdits response(@Nullable HeaderOperations operations) {
        return operations == null
                ? NONE
                : of(operations.getResponseSet(), operations.getResponseAdd(), operations.getResponseRemove());
    }

    /// What `host` or `:authority` among the request's operations rewrites the authority to.
    static @Nullable String authority(@Nullable HeaderOperations operations) {
        if (operations == null) {
            return null;
        }
        for (var edits : List.of(operations.getRequestSet(), operations.getRequestAdd())) {
            for (var edit : edits.entrySet()) {
                if (isAuthority(edit.getKey().toLowerCase(Locale.ROOT))) {
                    return edit.getValue();
                }
            }
        }
        return null;
    }

    /// These first, then others.
    HeaderEdits then(HeaderEdits others) {
        if (isEmpty()) {
            return others;
        }
        return others.isEmpty()
                ? this
                : new HeaderEdits(joined(set, others.set), joined(add, others.add), joined(remove, others.remove));
    }

    private static HeaderEdits of(Map<String, String> set, Map<String, String> add, List<String> remove) {
        var edits = new HeaderEdits(
                sorted(set),
                sorted(add),
                remove.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
        return edits.isEmpty() ? NONE : edits;
    }

    private static List<Edit> sorted(Map<String, String> edits) {
        var sorted = new TreeMap<String, String>();
        edits.forEach((name, value) -> sorted.put(name.toLowerCase(Locale.ROOT), value));
        sorted.keySet().removeIf(HeaderEdits::isAuthority);
        return sorted.entrySet().stream()
                .map(edit -> new Edit(edit.getKey(), edit.getValue()))
                .toList();
    }

    private static boolean isAuthority(String name) {
        return name.equals("host") || name.equals(":authority");
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        var joined = new ArrayList<>(first);
        joined.addAll(second);
        return joined;
    }
}
