package dev.meltemi.resources;

import java.util.List;
import java.util.Map;

/// Changes to the headers of requests and of answers.
public record HeaderOperations(Edits request, Edits response) {
    public static final HeaderOperations NONE = new HeaderOperations(Edits.NONE, Edits.NONE);

    /// Applied in this order: `set` overwrites, `add` appends, `remove` removes. Names as written.
    public record Edits(Map<String, String> set, Map<String, String> add, List<String> remove) {
        public static final Edits NONE = new Edits(Map.of(), Map.of(), List.of());

        public Edits {
            set = Ordered.copy(set);
            add = Ordered.copy(add);
            remove = List.copyOf(remove);
        }
    }
}
