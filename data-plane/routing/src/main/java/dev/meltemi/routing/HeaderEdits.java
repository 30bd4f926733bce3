package dev.meltemi.routing;

import java.util.List;

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
}
