package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.HeaderOperations;
import java.util.ArrayList;
import java.util.HashSet;
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

    /// @param format what fills the value in, null for one that is sent as it stands
    public record Edit(String name, String value, @Nullable HeaderFormat format) {
        public Edit(String name, String value) {
            this(name, value, null);
        }
    }

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

    /// As if one list said both: all that is set, then all that is added, then what is removed.
    HeaderEdits beside(HeaderEdits others) {
        if (isEmpty()) {
            return others;
        }
        return others.isEmpty()
                ? this
                : new HeaderEdits(joined(set, others.set), joined(add, others.add), joined(remove, others.remove));
    }

    /// These first and then the others, each in its own order: what these add is gone where the others set it, and what
    /// these remove is there again where the others bring it.
    HeaderEdits then(HeaderEdits others) {
        Set<String> later = names(others.set);
        Set<String> brought = new HashSet<>(later);
        brought.addAll(names(others.add));
        var revived = others.add.stream()
                .filter(edit -> remove.contains(edit.name()) && !later.contains(edit.name()))
                .toList();
        var set = joined(
                this.set.stream()
                        .filter(edit -> !remove.contains(edit.name()) && !later.contains(edit.name()))
                        .toList(),
                joined(others.set, revived));
        var add = joined(
                this.add.stream()
                        .filter(edit -> !remove.contains(edit.name()) && !later.contains(edit.name()))
                        .toList(),
                others.add.stream().filter(edit -> !revived.contains(edit)).toList());
        var removed =
                joined(remove.stream().filter(name -> !brought.contains(name)).toList(), others.remove);
        return new HeaderEdits(set, add, removed);
    }

    private static Set<String> names(List<Edit> edits) {
        var names = new HashSet<String>();
        edits.forEach(edit -> names.add(edit.name()));
        return names;
    }

    private static HeaderEdits of(Map<String, String> set, Map<String, String> add, List<String> remove) {
        var edits = new HeaderEdits(
                sorted(set),
                sorted(add),
                remove.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
        return edits.isEmpty() ? NONE : edits;
    }

    /// A header without value isn't sent, as from Envoy. Where a message goes and how long it is are the proxy's to
    /// write: a second word on them could be
    /// understood differently by two readers.
    private static List<Edit> sorted(Map<String, String> edits) {
        var sorted = new TreeMap<String, String>();
        edits.forEach((name, value) -> sorted.put(name.toLowerCase(Locale.ROOT), value));
        sorted.keySet().removeIf(PROXYS_OWN::contains);
        return sorted.entrySet().stream()
                .map(edit -> HeaderFormat.edit(edit.getKey(), edit.getValue()))
                .filter(edit -> !edit.value().isEmpty())
                .toList();
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        var joined = new ArrayList<>(first);
        joined.addAll(second);
        return joined;
    }
}
