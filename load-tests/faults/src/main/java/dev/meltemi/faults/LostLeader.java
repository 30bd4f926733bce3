package dev.meltemi.faults;

import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.kafka.BrokerConnection;
import dev.meltemi.kafka.BrokerException;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.kafka.common.Node;

/// Row 5: of three brokers the one that leads the rules' topic is killed, again and again. Every rule that was
/// acknowledged is there afterwards, and rules flow within seconds.
final class LostLeader implements Row {
    private static final int RATE = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LIVE = Duration.ofSeconds(15);
    private static final Duration EVERY = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(200);

    @Override
    public String number() {
        return "5";
    }

    @Override
    public String fault() {
        return "leader of three brokers killed";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var folder = labs.ownFolder();
        try (var lab = new Lab(folder)) {
            var places = IntStream.rangeClosed(1, 3)
                    .mapToObj(id -> place(id, lab.newAddress()))
                    .toList();
            for (var place : places) {
                lab.add(
                                node(place.id()),
                                ClusterNode.command(place, places, folder.resolve(node(place.id()))),
                                line -> line.startsWith("READY "))
                        .launch();
            }
            places.forEach(place -> lab.member(node(place.id())).awaitStarted(Lab.START));
            lab.connect(String.join(
                    ",", places.stream().map(ClusterNode.Place::told).toList()));
            try (var cluster = new BrokerConnection(KafkaSettings.of(lab.bootstrapServers(), "fault-lab-admin"))) {
                Await.until("three brokers", PATIENCE, () -> brokers(cluster) == 3);
                lab.addControl("control");
                lab.addSidecars();
                return run(lab, cluster, form);
            }
        }
    }

    private static ClusterNode.Place place(int id, String address) {
        int port = Addresses.freePort(address);
        return new ClusterNode.Place(id, address, port, Addresses.freePort(address), address + ":" + port);
    }

    private static String node(int id) {
        return "node-" + id;
    }

    private static int brokers(BrokerConnection cluster) {
        try {
            return cluster.brokers();
        } catch (BrokerException e) {
            return 0;
        }
    }

    /// Rules that are published one after the other while brokers die.
    private static final class Generations implements Runnable {
        private final Lab lab;
        private final Load load;
        private final Map<Long, Integer> acknowledged = new ConcurrentHashMap<>();
        private final List<Long> millis = new CopyOnWriteArrayList<>();
        private volatile int newest;
        private volatile boolean stopped;

        Generations(Lab lab, Load load) {
            this.lab = lab;
            this.load = load;
        }

        @Override
        public void run() {
            while (!stopped) {
                int generation = newest + 1;
                long begin = System.nanoTime();
                Offset at = lab.told().publish(Rules.REVIEWS, Rules.saying("g" + generation), PATIENCE);
                acknowledged.put(at.number(), generation);
                Await.until(
                        "generation " + generation + " is live",
                        PATIENCE,
                        () -> load.rule().equals("g" + generation));
                millis.add((System.nanoTime() - begin) / 1_000_000);
                newest = generation;
                Await.pass(PAUSE);
            }
        }

        Duration percentile99() {
            var sorted = new ArrayList<>(millis);
            Collections.sort(sorted);
            return Duration.ofMillis(sorted.get((sorted.size() * 99 + 99) / 100 - 1));
        }
    }

    private Result run(Lab lab, BrokerConnection cluster, Form form) {
        var trial = new Trial(this, form, lab.ledger());
        int kills = form.of(1, form.minutes() > 0 ? (int) Math.max(1, form.minutes() * 2) : 20);
        try (var load = lab.load(RATE)) {
            var generations = new Generations(lab, load);
            var publisher = Thread.ofVirtual().name("generations").start(generations);
            trial.before(load, form.of(Duration.ofSeconds(1), EVERY));
            for (int kill = 0; kill < kills; kill++) {
                kill(lab, cluster, trial, load, generations, form);
            }
            generations.stopped = true;
            Await.until("the last generation is live", PATIENCE, () -> !publisher.isAlive());
            var worst = generations.percentile99();
            trial.recovered(worst, LIVE, "the 99th percentile from publishing a rule to its being live");
            trial.require(
                    generations.acknowledged.size() == generations.newest,
                    generations.acknowledged.size() + " rules were acknowledged of " + generations.newest);
            checkedBack(lab, trial, generations.acknowledged);
            trial.note(kills + " kills, " + generations.newest + " generations acknowledged and read back; from publish"
                    + " to live p99 " + worst.toMillis() + " ms, most "
                    + Collections.max(generations.millis) + " ms");
        }
        return trial.result(false);
    }

    private static void kill(
            Lab lab, BrokerConnection cluster, Trial trial, Load load, Generations generations, Form form) {
        long began = System.nanoTime();
        var leader = lab.member(node(leader(cluster)));
        int before = generations.newest;
        leader.kill();
        trial.during(load, form.of(Duration.ofSeconds(2), Duration.ofSeconds(15)));
        Await.until("rules flow after a leader's death", PATIENCE, () -> generations.newest > before + 1);
        leader.launch().awaitStarted(PATIENCE);
        // two more may not be lost before this one has what it missed
        Await.until("every partition has three replicas in sync", PATIENCE, () -> inSync(cluster));
        var left = EVERY.minusNanos(System.nanoTime() - began);
        if (form.full() && left.isPositive()) {
            Await.pass(left);
        }
    }

    private static int leader(BrokerConnection cluster) {
        String topic = Topics.CONFIG.on(Topic.DEFAULT_PREFIX);
        var described = Objects.requireNonNull(cluster.describe(List.of(topic)).get(topic), topic);
        var partition = described.partitions().getFirst();
        Node leader = partition.leader();
        if (leader == null) {
            throw new IllegalStateException(topic + " has no leader");
        }
        return leader.id();
    }

    private static boolean inSync(BrokerConnection cluster) {
        var names = Topics.all().stream()
                .map(topic -> topic.on(Topic.DEFAULT_PREFIX))
                .toList();
        try {
            return cluster.describe(names).values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(partition -> partition.isr().size() == 3);
        } catch (BrokerException e) {
            return false;
        }
    }

    /// Every rule that was acknowledged stands at its offset, as it was published.
    private static void checkedBack(Lab lab, Trial trial, Map<Long, Integer> acknowledged) {
        var texts = new HashMap<Long, String>();
        lab.told()
                .bus()
                .follow(List.of(Topics.CONFIG))
                .takeUntil(event -> {
                    if (event instanceof TopicEvent.Put<?> put && put.value() instanceof byte[] text) {
                        texts.put(put.at().number(), new String(text, StandardCharsets.UTF_8));
                    }
                    return event instanceof TopicEvent.CaughtUp<?>;
                })
                .blockLast(PATIENCE);
        acknowledged.forEach((offset, generation) -> trial.require(
                texts.getOrDefault(offset, "").equals(Rules.saying("g" + generation)),
                "generation " + generation + " was acknowledged at offset " + offset + " and isn't there"));
    }
}
