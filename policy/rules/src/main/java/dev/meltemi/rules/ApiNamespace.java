package dev.meltemi.rules;

import dev.meltemi.resources.Namespace;

/// A Namespace, whose labels say which listeners take its routes.
record ApiNamespace(Namespace namespace) implements ApiEntry {
    /// A label that Kubernetes gives every namespace.
    static final String NAME_LABEL = "kubernetes.io/metadata.name";

    String name() {
        return namespace.key().name();
    }
}
