package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.HeaderOperations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Header operations in the order in which they apply: set, add, remove. Names are lower case.
public record HeaderEdits(List<Edit> set, List<Edit> add, List<String> remove) {
    public static final HeaderEdits NONE = new HeaderEdits(List.of(), List.of(), List.of());

    private static final Set<String> PROXYS_OWN =
            Set.of("host", ":authority", "content-length", "transfer-encoding", "connection");

    public record Edit(String name, String value) {}

    public HeaderEdits {
        set = List.copyOf(set);
        add = List.copyOf(add);
        remove = List.copyOf(remove);
    }

    public boolean isEmpty() {
        return set.isEmpty() && add.isEmpty() && remove.isEmpty();
    }

    /// Sorted by name, as Istio writes them. The authority is no header: see {@link Route#authorityRewrite}.
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

    /// Where a message goes and how long it is are the proxy's to write: a second word on them could be
    /// understood differently by two readers.
    private static List<Edit> sorted(Map<String, String> edits) {
        var sorted = new TreeMap<String, String>();
        edits.forEach((name, value) -> sorted.put(name.toLowerCase(Locale.ROOT), value));
        sorted.keySet().removeIf(PROXYS_OWN::contains);
        return sorted.entrySet().stream()
                .map(edit -> new Edit(edit.getKey(), edit.getValue()))
                .toList();
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        var joined = new ArrayList<>(first);
        joined.addAll(second);
        return joined;
    }
}
