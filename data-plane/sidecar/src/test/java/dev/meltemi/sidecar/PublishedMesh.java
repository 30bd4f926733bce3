package dev.meltemi.sidecar;

import dev.meltemi.bus.FencedWriter;
import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.SetDigest;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.Destination;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Subset;
import dev.meltemi.schemas.compiled.TopicCut;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A bus with what a route-compiler publishes: service `reviews` with two versions, and a rule that picks one.
final class PublishedMesh {
    static final String REVIEWS = "reviews.default.svc.cluster.local";
    private final InMemoryBus bus;
    private final String topicId;
    private final List<String> restores;
    private final FencedWriter writer;
    private final Map<String, Map<String, byte[]>> live = new HashMap<>();
    private final Map<String, TreeMap<Integer, Long>> ends = new HashMap<>();
    private long sequence;

    PublishedMesh(InMemoryBus bus) {
        this(bus, "config-1", List.of());
    }

    /// @param topicId of `mesh.config`
    private PublishedMesh(InMemoryBus bus, String topicId, List<String> restores) {
        this.bus = bus;
        this.topicId = topicId;
        this.restores = restores;
        this.writer = bus.fencedWriter("route-compiler");
    }

    boolean isRegistered(String instance) {
        return Boolean.TRUE.equals(bus.follow(List.of(Topics.WORKLOADS))
                .takeUntil(event -> event instanceof TopicEvent.CaughtUp<?>)
                .reduce(false, (known, event) -> switch (event) {
                    case TopicEvent.Put<?> put when put.key().equals(instance) -> true;
                    case TopicEvent.Delete<?> gone when gone.key().equals(instance) -> false;
                    default -> known;
                })
                .block());
    }

    /// The broker lost its disk: every topic is a new one, and empty.
    PublishedMesh rebuilt() {
        Topics.all().forEach(bus::replace);
        return new PublishedMesh(bus, "config-2", List.of());
    }

    /// It lost its disk, and somebody published again what had been in force.
    PublishedMesh restored() {
        Topics.all().forEach(bus::replace);
        return new PublishedMesh(bus, "config-2", List.of("config-0", topicId));
    }

    InMemoryBus bus() {
        return bus;
    }

    static Write<?> endpoint(String version, InetSocketAddress application) {
        var endpoint = ServiceEndpoint.newBuilder()
                .setHost(REVIEWS)
                .setInstance("reviews-" + version)
                .setAddress(application.getAddress().getHostAddress())
                .setPorts(Map.of("9080", application.getPort()))
                .setLabels(Map.of("app", "reviews", "version", version))
                .setWorkload("reviews-" + version)
                .setNamespace("default")
                .build();
        return Write.put(Topics.ENDPOINTS, REVIEWS + "/reviews-" + version, endpoint);
    }

    /// The rule that sends everybody to one version.
    static Write<?> allTo(String version, long offset) {
        var destination = Destination.newBuilder()
                .setHost(REVIEWS)
                .setSubset(version)
                .setPort(9080)
                .build();
        var route = HttpRoute.newBuilder()
                .setDestinations(List.of(WeightedDestination.newBuilder()
                        .setDestination(destination)
                        .setWeight(100)
                        .build()))
                .build();
        var rules = HttpRules.newBuilder()
                .setRule("default/reviews")
                .setNamespace("default")
                .setConfigOffset(offset)
                .setRoutes(List.of(route))
                .build();
        var policy = DestinationPolicy.newBuilder()
                .setRule("default/reviews")
                .setNamespace("default")
                .setConfigOffset(0)
                .setSubsets(List.of(subset("v1"), subset("v2")))
                .build();
        var routes = ServiceRoutes.newBuilder()
                .setHost(REVIEWS)
                .setNamespace("default")
                .setDeclaredBy(Declaration.SERVICE)
                .setPorts(List.of(ServicePort.newBuilder()
                        .setNumber(9080)
                        .setName("http")
                        .setProtocol("HTTP")
                        .build()))
                .setHttp(List.of(rules))
                .setPolicies(List.of(policy))
                .build();
        return Write.put(Topics.ROUTES, REVIEWS, routes);
    }

    private static Subset subset(String version) {
        return Subset.newBuilder()
                .setName(version)
                .setLabels(Map.of("version", version))
                .build();
    }

    static Write<?> gateway(GatewayRoutes routes) {
        return Write.put(Topics.GATEWAYS, routes.getGateway(), routes);
    }

    /// One transaction: the records and the cut that names them.
    void publish(long configOffset, Write<?>... writes) {
        var all = List.of(writes);
        all.forEach(this::remember);
        writer.commit(all, offsets -> List.of(Write.put(Topics.REVISIONS, "mesh", cut(configOffset, all, offsets))));
    }

    private <V> void remember(Write<V> write) {
        var value = write.value();
        var records = live.computeIfAbsent(write.topic().name(), _ -> new HashMap<>());
        if (value == null) {
            records.remove(write.key());
        } else {
            records.put(write.key(), write.topic().codec().encode(value));
        }
    }

    private Cut cut(long configOffset, List<Write<?>> writes, List<Offset> offsets) {
        for (int i = 0; i < writes.size(); i++) {
            ends.computeIfAbsent(writes.get(i).topic().name(), _ -> new TreeMap<>())
                    .merge(offsets.get(i).partition(), offsets.get(i).number() + 1, Math::max);
        }
        var parts = new ArrayList<TopicCut>();
        for (Topic<?> topic : List.of(Topics.ROUTES, Topics.GATEWAYS, Topics.ENDPOINTS)) {
            var records = live.getOrDefault(topic.name(), Map.of());
            var digest = SetDigest.EMPTY;
            for (var record : records.entrySet()) {
                digest = digest.plus(record.getKey(), record.getValue());
            }
            var end = new ArrayList<Long>();
            for (int partition = 0; partition < topic.partitions(); partition++) {
                end.add(ends.getOrDefault(topic.name(), new TreeMap<>()).getOrDefault(partition, 0L));
            }
            parts.add(TopicCut.newBuilder()
                    .setTopic(topic.name())
                    .setEndOffsets(end)
                    .setExact(!topic.name().equals(Topics.ENDPOINTS.name()))
                    .setCount(records.size())
                    .setDigest(digest.hex())
                    .build());
        }
        return Cut.newBuilder()
                .setTopicId(topicId)
                .setConfigOffset(configOffset)
                .setSequence(++sequence)
                .setTopics(parts)
                .setRestores(restores)
                .build();
    }
}
