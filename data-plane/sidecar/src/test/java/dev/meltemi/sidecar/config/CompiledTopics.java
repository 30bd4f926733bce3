package dev.meltemi.sidecar.config;

import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.SetDigest;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.Egress;
import dev.meltemi.schemas.compiled.EgressListener;
import dev.meltemi.schemas.compiled.MutualTls;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Settings;
import dev.meltemi.schemas.compiled.TopicCut;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The compiled topics as a route-compiler would write them: one partition each, so that offsets are easy to
/// read.
final class CompiledTopics {
    private static final String ID = "config-1";
    private final Map<String, Map<String, byte[]>> live = new HashMap<>();
    private final Map<String, Long> ends = new HashMap<>();
    private long sequence;

    TopicEvent<?> service(String host, int port) {
        var routes = ServiceRoutes.newBuilder()
                .setHost(host)
                .setNamespace("default")
                .setDeclaredBy(Declaration.SERVICE)
                .setPorts(List.of(dev.meltemi.schemas.compiled.ServicePort.newBuilder()
                        .setNumber(port)
                        .setName("http")
                        .setProtocol("HTTP")
                        .build()))
                .build();
        return put(Topics.ROUTES, host, routes);
    }

    TopicEvent<?> endpoint(String host, String instance, String address) {
        var endpoint = ServiceEndpoint.newBuilder()
                .setHost(host)
                .setInstance(instance)
                .setAddress(address)
                .setPorts(Map.of("9080", 9080))
                .build();
        return put(Topics.ENDPOINTS, host + "/" + instance, endpoint);
    }

    private <V> TopicEvent<V> put(Topic<V> topic, String key, V value) {
        byte[] raw = topic.codec().encode(value);
        live.computeIfAbsent(topic.name(), _ -> new HashMap<>()).put(key, raw);
        return new TopicEvent.Put<>(topic, key, value, raw, Headers.NONE, next(topic));
    }

    TopicEvent<?> withoutService(String host) {
        live.computeIfAbsent(Topics.ROUTES.name(), _ -> new HashMap<>()).remove(host);
        return new TopicEvent.Delete<>(Topics.ROUTES, host, Headers.NONE, next(Topics.ROUTES));
    }

    TopicEvent<?> poisonedService(String host) {
        byte[] garbage = {1, 2, 3};
        live.computeIfAbsent(Topics.ROUTES.name(), _ -> new HashMap<>()).put(host, garbage);
        return new TopicEvent.Poisoned<>(Topics.ROUTES, host, garbage, Headers.NONE, next(Topics.ROUTES), "not Avro");
    }

    /// Of which the compiler that names cuts knows nothing.
    TopicEvent<?> foreignGarbage(String host) {
        byte[] garbage = {1, 2, 3};
        return new TopicEvent.Poisoned<>(Topics.ROUTES, host, garbage, Headers.NONE, next(Topics.ROUTES), "not Avro");
    }

    TopicEvent<?> poisonedEndpoint(String host, String instance) {
        byte[] garbage = {1, 2, 3};
        var at = next(Topics.ENDPOINTS);
        return new TopicEvent.Poisoned<>(
                Topics.ENDPOINTS, host + "/" + instance, garbage, Headers.NONE, at, "not Avro");
    }

    /// A Sidecar that shows a namespace's workloads these hosts only.
    TopicEvent<?> sidecar(String namespace, String... hosts) {
        var listener = EgressListener.newBuilder().setHosts(List.of(hosts)).build();
        var settings = Settings.newBuilder()
                .setRule("Sidecar/" + namespace + "/default")
                .setConfigOffset(1)
                .setNamespace(namespace)
                .setEgress(Egress.newBuilder().setListeners(List.of(listener)).build())
                .build();
        return put(Topics.SETTINGS, settings.getRule(), settings);
    }

    TopicEvent<?> caughtUp(Topic<?> topic) {
        return new TopicEvent.CaughtUp<>(topic, "topic-" + topic.name());
    }

    TopicEvent<?> access(String scope, MutualTls mode) {
        var rules = AccessRules.newBuilder()
                .setRule(scope)
                .setConfigOffset(1)
                .setMutualTls(mode)
                .build();
        return put(Topics.ACCESS_RULES, scope, rules);
    }

    TopicEvent<?> poisonedAccess(String scope) {
        byte[] garbage = {1, 2, 3};
        live.computeIfAbsent(Topics.ACCESS_RULES.name(), _ -> new HashMap<>()).put(scope, garbage);
        var at = next(Topics.ACCESS_RULES);
        return new TopicEvent.Poisoned<>(Topics.ACCESS_RULES, scope, garbage, Headers.NONE, at, "not Avro");
    }

    private Offset next(Topic<?> topic) {
        long number = ends.merge(topic.name(), 1L, Long::sum) - 1;
        return new Offset("topic-" + topic.name(), 0, number, Instant.EPOCH);
    }

    /// Names what stands on the topics now.
    TopicEvent<?> cut(long configOffset) {
        return cut(ID, configOffset);
    }

    TopicEvent<?> cut(String topicId, long configOffset) {
        var cut = Cut.newBuilder()
                .setTopicId(topicId)
                .setConfigOffset(configOffset)
                .setSequence(++sequence)
                .setTopics(parts())
                .build();
        byte[] raw = Topics.REVISIONS.codec().encode(cut);
        return new TopicEvent.Put<>(Topics.REVISIONS, "mesh", cut, raw, Headers.NONE, next(Topics.REVISIONS));
    }

    private List<TopicCut> parts() {
        var parts = new ArrayList<TopicCut>();
        for (Topic<?> topic :
                List.of(Topics.ROUTES, Topics.GATEWAYS, Topics.ENDPOINTS, Topics.ACCESS_RULES, Topics.SETTINGS)) {
            var records = live.getOrDefault(topic.name(), Map.of());
            var digest = SetDigest.EMPTY;
            for (var record : records.entrySet()) {
                digest = digest.plus(record.getKey(), record.getValue());
            }
            parts.add(TopicCut.newBuilder()
                    .setTopic(topic.name())
                    .setEndOffsets(List.of(ends.getOrDefault(topic.name(), 0L)))
                    .setExact(!topic.name().equals(Topics.ENDPOINTS.name()))
                    .setCount(records.size())
                    .setDigest(digest.hex())
                    .build());
        }
        return parts;
    }
}
