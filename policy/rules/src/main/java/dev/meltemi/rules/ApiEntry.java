package dev.meltemi.rules;

/// A document that only the Kubernetes Gateway API reads, kept in {@link ApiBook}.
sealed interface ApiEntry extends Entry permits ApiGateway, ApiRoute, ApiGrant, ApiNamespace, ApiBackendTls {}
