package dev.meltemi.rules;

import dev.meltemi.resources.Gateway;

/// A Gateway and the offset of its accepted version.
record Door(Gateway gateway, long offset) implements Entry {
    /// `namespace/name`, as rules refer to it.
    String name() {
        return gateway.key().qualifiedName();
    }
}
