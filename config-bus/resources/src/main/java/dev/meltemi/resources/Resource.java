package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;

/// A document that was accepted: valid once constructed. It holds what is in force, with names as written
/// (short hosts unresolved) and defaults filled in; what the document says beyond that is listed by {@link
/// Verdict.Accepted#notInForce()}.
public sealed interface Resource
        permits VirtualService,
                DestinationRule,
                Gateway,
                ServiceEntry,
                MeshConfig,
                Sidecar,
                WorkloadEntry,
                Service,
                Namespace,
                PeerAuthentication,
                KubernetesGateway,
                KubernetesRoute,
                ReferenceGrant,
                BackendTlsPolicy,
                Opaque {
    ResourceKey key();
}
