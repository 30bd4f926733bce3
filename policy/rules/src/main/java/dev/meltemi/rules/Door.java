package dev.meltemi.rules;

import dev.meltemi.resources.Gateway;

/// A Gateway, the offset of its accepted version and that at which it first appeared.
record Door(Gateway gateway, long offset, long created) implements Entry {
    /// `namespace/name`, as rules refer to it.
    String name() {
        return gateway.key().qualifiedName();
    }
}
