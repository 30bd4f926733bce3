package dev.meltemi.schemas;

import static dev.meltemi.schemas.Role.ADMISSION;
import static dev.meltemi.schemas.Role.ANALYST;
import static dev.meltemi.schemas.Role.CA;
import static dev.meltemi.schemas.Role.OPERATOR;
import static dev.meltemi.schemas.Role.PEOPLE;
import static dev.meltemi.schemas.Role.REGISTRY;
import static dev.meltemi.schemas.Role.ROUTE_COMPILER;
import static dev.meltemi.schemas.Role.SIDECAR;

import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Settings;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.fleet.Registration;
import dev.meltemi.schemas.identity.IssuedCertificate;
import dev.meltemi.schemas.identity.TrustBundle;
import dev.meltemi.schemas.registry.RegisteredSchema;
import dev.meltemi.schemas.telemetry.AccessEvent;
import dev.meltemi.schemas.telemetry.MeshEvent;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// The catalogue of topics: what exists, who writes it, who reads it, how long it is kept.
public final class Topics {
    private static final int MIB = 1 << 20;
    private static final Retention COMPACTED = new Retention.Compacted();

    public static final Topic<byte[]> CONFIG = new Topic<>(
            "config",
            COMPACTED,
            1,
            new BytesCodec(),
            Set.of(PEOPLE, OPERATOR),
            Set.of(ADMISSION, ROUTE_COMPILER, OPERATOR),
            MIB,
            "What people want: Istio YAML or JSON as text, at most 512 KiB. A tombstone deletes.");
    public static final Topic<String> ACCEPTED = new Topic<>(
            "config.accepted",
            COMPACTED,
            1,
            new TextCodec(),
            Set.of(ADMISSION),
            Set.of(ADMISSION, ROUTE_COMPILER, OPERATOR),
            MIB,
            "The last valid version of each document, with its offset, age and author in headers.");
    public static final Topic<ConfigStatus> STATUS = new Topic<>(
            "config.status",
            COMPACTED,
            1,
            ConfigStatus.codec(),
            Set.of(ADMISSION),
            Set.of(PEOPLE, ADMISSION, OPERATOR),
            MIB,
            "One line of JSON: the verdict on each document and how many sidecars run it.");
    public static final Topic<String> HISTORY = new Topic<>(
            "config.history",
            new Retention.Deleted(Duration.ofDays(30)),
            1,
            new TextCodec(),
            Set.of(ADMISSION),
            Set.of(OPERATOR),
            2 * MIB,
            "Every accepted change as JSON: before, after, who, why, when.");
    public static final Topic<byte[]> REJECTED = new Topic<>(
            "config.rejected",
            new Retention.Deleted(Duration.ofDays(7)),
            1,
            new BytesCodec(),
            Set.of(ADMISSION),
            Set.of(PEOPLE, OPERATOR),
            2 * MIB,
            "Refused records, bytes and headers untouched, with error headers added.");
    public static final Topic<Registration> WORKLOADS = new Topic<>(
            "workloads",
            COMPACTED,
            4,
            new AvroCodec<>(10, Registration.getClassSchema()),
            Set.of(SIDECAR, ROUTE_COMPILER),
            Set.of(ROUTE_COMPILER, OPERATOR),
            MIB,
            "Running instances; each writes its own, the route-compiler removes the dead.");
    public static final Topic<ServiceRoutes> ROUTES = new Topic<>(
            "routes",
            COMPACTED,
            8,
            new AvroCodec<>(29, ServiceRoutes.getClassSchema()),
            Set.of(ROUTE_COMPILER),
            Set.of(ROUTE_COMPILER, SIDECAR, OPERATOR),
            MIB,
            "Compiled services: ports, routes, subsets, traffic policy, visibility.");
    public static final Topic<GatewayRoutes> GATEWAYS = new Topic<>(
            "gateways",
            COMPACTED,
            1,
            new AvroCodec<>(27, GatewayRoutes.getClassSchema()),
            Set.of(ROUTE_COMPILER),
            Set.of(ROUTE_COMPILER, SIDECAR, OPERATOR),
            MIB,
            "Compiled gateways: servers, hosts, routes.");
    public static final Topic<ServiceEndpoint> ENDPOINTS = new Topic<>(
            "endpoints",
            COMPACTED,
            8,
            new AvroCodec<>(11, ServiceEndpoint.getClassSchema()),
            Set.of(ROUTE_COMPILER),
            Set.of(ROUTE_COMPILER, SIDECAR, OPERATOR),
            MIB,
            "Live endpoints, one record each.");
    public static final Topic<AccessRules> ACCESS_RULES = new Topic<>(
            "access",
            COMPACTED,
            8,
            new AvroCodec<>(18, AccessRules.getClassSchema()),
            Set.of(ROUTE_COMPILER),
            Set.of(ROUTE_COMPILER, SIDECAR, OPERATOR),
            MIB,
            "Compiled rules about who may reach workloads, and how: mTLS modes.");
    public static final Topic<Settings> SETTINGS = new Topic<>(
            "settings",
            COMPACTED,
            1,
            new AvroCodec<>(30, Settings.getClassSchema()),
            Set.of(ROUTE_COMPILER),
            Set.of(ROUTE_COMPILER, SIDECAR, OPERATOR),
            MIB,
            "What workloads are told besides routes: the services that they see, outbound traffic policy, defaults of"
                    + " the mesh.");
    public static final Topic<Cut> REVISIONS = new Topic<>(
            "revisions",
            COMPACTED,
            1,
            new AvroCodec<>(16, Cut.getClassSchema()),
            Set.of(ROUTE_COMPILER),
            Set.of(ADMISSION, ROUTE_COMPILER, SIDECAR, OPERATOR),
            MIB,
            "The newest consistent cut through the compiled topics.");
    public static final Topic<TrustBundle> TRUST = new Topic<>(
            "trust",
            COMPACTED,
            1,
            new AvroCodec<>(13, TrustBundle.getClassSchema()),
            Set.of(CA),
            Set.of(CA, SIDECAR, ADMISSION, ROUTE_COMPILER, REGISTRY, OPERATOR),
            MIB,
            "Root certificates of each trust domain with their phase, and revocations.");
    public static final Topic<IssuedCertificate> CERTIFICATES = new Topic<>(
            "certificates",
            COMPACTED,
            4,
            new AvroCodec<>(14, IssuedCertificate.getClassSchema()),
            Set.of(CA),
            Set.of(CA, SIDECAR, OPERATOR),
            MIB,
            "The newest certificate of each instance, and the order to replace it. Never a private key.");
    public static final Topic<Heartbeat> SIDECARS = new Topic<>(
            "sidecars",
            COMPACTED,
            4,
            new AvroCodec<>(19, Heartbeat.getClassSchema()),
            Set.of(SIDECAR, ROUTE_COMPILER),
            Set.of(ADMISSION, ROUTE_COMPILER, CA, OPERATOR),
            MIB,
            "Heartbeats: applied revision, refusals, telemetry counters; the route-compiler removes the dead.");
    public static final Topic<RegisteredSchema> SCHEMAS = new Topic<>(
            "schemas",
            COMPACTED,
            1,
            new AvroCodec<>(7, RegisteredSchema.getClassSchema()),
            Set.of(REGISTRY),
            Set.of(REGISTRY, ADMISSION, ROUTE_COMPILER, CA, SIDECAR, OPERATOR, ANALYST),
            MIB,
            "Avro schemas under their fixed ids; whoever meets an id that it doesn't know looks here.");
    public static final Topic<AccessEvent> ACCESS = new Topic<>(
            "telemetry.access",
            new Retention.Deleted(Duration.ofDays(1)),
            8,
            new AvroCodec<>(SchemaIds.ACCESS_EVENT, AccessEvent.getClassSchema()),
            Set.of(SIDECAR),
            Set.of(ANALYST, OPERATOR),
            MIB,
            "One event for each request and proxy.");
    public static final Topic<MeshEvent> EVENTS = new Topic<>(
            "telemetry.events",
            new Retention.Deleted(Duration.ofDays(7)),
            1,
            new AvroCodec<>(9, MeshEvent.getClassSchema()),
            Set.of(SIDECAR, ADMISSION, ROUTE_COMPILER, CA),
            Set.of(ANALYST, OPERATOR),
            MIB,
            "What happened to instances: gaps, lost and regained brokers, refused revisions, a lost config topic.");

    private static final List<Topic<?>> ALL = List.of(
            CONFIG,
            ACCEPTED,
            STATUS,
            HISTORY,
            REJECTED,
            WORKLOADS,
            ROUTES,
            GATEWAYS,
            ENDPOINTS,
            ACCESS_RULES,
            SETTINGS,
            REVISIONS,
            TRUST,
            CERTIFICATES,
            SIDECARS,
            SCHEMAS,
            ACCESS,
            EVENTS);

    private Topics() {}

    /// Every topic, in the order of the data flow.
    public static List<Topic<?>> all() {
        return ALL;
    }
}
