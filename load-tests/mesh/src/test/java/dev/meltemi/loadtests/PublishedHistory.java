package dev.meltemi.loadtests;

import static org.awaitility.Awaitility.await;

import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.routecompiler.RouteCompiler;
import dev.meltemi.routecompiler.RouteCompilerSettings;
import dev.meltemi.rules.Leases;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.compiled.TopicCut;
import dev.meltemi.schemas.fleet.RegisteredPort;
import dev.meltemi.schemas.fleet.RegisteredService;
import dev.meltemi.schemas.fleet.Registration;
import dev.meltemi.sidecar.config.CutAssembler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Everything that a real route-compiler wrote while a mesh was told this and that, and somebody else scribbled
/// on its topics.
///
/// @param partitions records of `topic:partition`, in their order
record PublishedHistory(Map<String, List<TopicEvent<?>>> partitions, List<Cut> cuts) {
    private static final RouteCompilerSettings QUICK =
            new RouteCompilerSettings(Leases.Terms.DEFAULT, Duration.ofSeconds(1), Duration.ofMillis(20));
    private static final int STEPS = 40;
    private static final int SERVICES = 5;

    /// @param live value by key, by topic
    /// @param unreadable keys of records that are no Avro
    record State(Map<String, Map<String, Object>> live, Set<String> unreadable) {
        Map<String, Object> live(Topic<?> topic) {
            return live.getOrDefault(topic.name(), Map.of());
        }
    }

    static PublishedHistory random(long seed) {
        var bus = InMemoryBus.create();
        new Teller(bus, new Random(seed)).tell();
        var partitions = new TreeMap<String, List<TopicEvent<?>>>();
        var cuts = new ArrayList<Cut>();
        for (var topic : CutAssembler.TOPICS) {
            for (var event : records(bus, topic)) {
                partitions.computeIfAbsent(place(event), _ -> new ArrayList<>()).add(event);
                if (event instanceof TopicEvent.Put<?> put && put.value() instanceof Cut cut) {
                    cuts.add(cut);
                }
            }
        }
        return new PublishedHistory(partitions, cuts);
    }

    /// What stood on the topics when a cut was made, by replaying them up to where it ends.
    State at(long sequence) {
        var cut = cuts.stream()
                .filter(one -> one.getSequence() == sequence)
                .findFirst()
                .orElseThrow();
        var live = new HashMap<String, Map<String, Object>>();
        var unreadable = new TreeSet<String>();
        for (TopicCut part : cut.getTopics()) {
            var records = live.computeIfAbsent(part.getTopic(), _ -> new HashMap<>());
            for (int partition = 0; partition < part.getEndOffsets().size(); partition++) {
                long end = part.getEndOffsets().get(partition);
                for (var event : partitions.getOrDefault(part.getTopic() + ":" + partition, List.of())) {
                    replay(event, end, records, unreadable);
                }
            }
        }
        return new State(live, unreadable);
    }

    private static void replay(TopicEvent<?> event, long end, Map<String, Object> live, Set<String> unreadable) {
        switch (event) {
            case TopicEvent.Put<?> put
            when put.at().number() < end -> {
                live.put(put.key(), Objects.requireNonNull(put.value()));
                unreadable.remove(put.key());
            }
            case TopicEvent.Delete<?> delete
            when delete.at().number() < end -> {
                live.remove(delete.key());
                unreadable.remove(delete.key());
            }
            case TopicEvent.Poisoned<?> poisoned when poisoned.at().number() < end -> unreadable.add(poisoned.key());
            case TopicEvent<?> _ -> {}
        }
    }

    private static List<TopicEvent<?>> records(InMemoryBus bus, Topic<?> topic) {
        return Objects.requireNonNull(bus.follow(List.of(topic))
                .takeUntil(event -> event instanceof TopicEvent.CaughtUp<?>)
                .filter(event -> !(event instanceof TopicEvent.CaughtUp<?>)
                        && !(event instanceof TopicEvent.Progress<?>)
                        && !(event instanceof TopicEvent.Replaced<?>))
                .collectList()
                .block());
    }

    private static String place(TopicEvent<?> event) {
        int partition = switch (event) {
            case TopicEvent.Put<?> put -> put.at().partition();
            case TopicEvent.Delete<?> delete -> delete.at().partition();
            case TopicEvent.Poisoned<?> poisoned -> poisoned.at().partition();
            case TopicEvent<?> other -> throw new IllegalArgumentException("no record: " + other);
        };
        return event.topic().name() + ":" + partition;
    }

    /// Tells a mesh this and that: rules, instances, and bytes that are nobody's business.
    private static final class Teller {
        private final InMemoryBus bus;
        private final Random random;
        private final String topicId;
        private long offset;

        Teller(InMemoryBus bus, Random random) {
            this.bus = bus;
            this.random = random;
            this.topicId = Objects.requireNonNull(bus.publish(Write.put(Topics.CONFIG, "x", new byte[0]))
                            .block())
                    .topicId();
        }

        void tell() {
            try (var compiler = RouteCompiler.start(bus, QUICK)) {
                for (int step = 0; step < STEPS; step++) {
                    int together = 1 + random.nextInt(3);
                    for (int i = 0; i < together; i++) {
                        one();
                    }
                    rule("v" + step);
                    await().pollInterval(Duration.ofMillis(2))
                            .until(() -> compiler.health().revision().offset() >= offset);
                }
                // what somebody else wrote last is overwritten with the first of these at the latest
                for (int i = 0; i < 2; i++) {
                    rule("last");
                    await().pollInterval(Duration.ofMillis(2))
                            .until(() -> compiler.health().revision().offset() >= offset);
                }
            }
        }

        private void one() {
            switch (random.nextInt(8)) {
                case 0 -> accept(ruleKey(service()), null);
                case 1 ->
                    bus.publish(Write.delete(Topics.WORKLOADS, service() + "~1"))
                            .block();
                case 2 -> bus.append(Topics.ROUTES, host(service()), new byte[] {1, 2, 3});
                case 3 -> gateway();
                case 4, 5 -> rule("v" + random.nextInt(100));
                default -> register(service());
            }
        }

        private String service() {
            return "service" + random.nextInt(SERVICES);
        }

        private static String host(String service) {
            return service + ".default.svc.cluster.local";
        }

        private static String ruleKey(String service) {
            return "networking.istio.io/VirtualService/default/" + service;
        }

        private void rule(String subset) {
            var service = service();
            accept(ruleKey(service), """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: %1$s, namespace: default}
                spec:
                  hosts: [%1$s]
                  http:
                  - route:
                    - destination: {host: %1$s, subset: %2$s}
                """.formatted(service, subset));
        }

        private void gateway() {
            accept("networking.istio.io/Gateway/default/door", """
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: door, namespace: default}
                spec:
                  selector: {istio: ingressgateway}
                  servers:
                  - port: {number: %d, name: http, protocol: HTTP}
                    hosts: ["*"]
                """.formatted(8000 + random.nextInt(100)));
        }

        private void accept(String key, @Nullable String text) {
            offset++;
            var headers = Headers.NONE
                    .with(Headers.CONFIG_TOPIC_ID, topicId)
                    .with(Headers.CONFIG_OFFSET, Long.toString(offset))
                    .with(Headers.CREATED_SEQUENCE, Long.toString(offset));
            bus.publish(new Write<>(Topics.ACCEPTED, key, text, headers)).block();
        }

        private void register(String service) {
            var port = RegisteredPort.newBuilder()
                    .setName("http")
                    .setNumber(9080)
                    .setProtocol("HTTP")
                    .build();
            var registration = Registration.newBuilder()
                    .setInstance(service + "~1")
                    .setWorkload(service)
                    .setNamespace("default")
                    .setLabels(Map.of("app", service))
                    .setAddress("127.0.1." + (1 + random.nextInt(200)))
                    .setServices(List.of(RegisteredService.newBuilder()
                            .setHost(host(service))
                            .setPorts(List.of(port))
                            .build()))
                    .build();
            bus.publish(Write.put(Topics.WORKLOADS, service + "~1", registration))
                    .block();
        }
    }
}
