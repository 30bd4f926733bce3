package dev.meltemi.faults;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/// One node of a cluster, controller and broker together, in a process of its own. `meltemi broker` is a cluster of one
/// that says its own address; this one has peers, or says another's: that of a {@link TcpProxy}.
public final class ClusterNode {
    private static final String CLUSTER = "bWVsdGVtaS1mYXVsdHMtMQ";
    private static final String CONTROLLER = "CONTROLLER";

    private ClusterNode() {}

    /// Where a node is.
    ///
    /// @param told what clients are told: `host:port`
    record Place(int id, String host, int port, int controllerPort, String told) {
        String voter() {
            return id + "@" + host + ":" + controllerPort;
        }
    }

    /// The command line of a node.
    static List<String> command(Place place, List<Place> all, Path data) {
        return Lab.elsewhere(Lab.java(
                List.of("-Xmx160m", "-XX:TieredStopAtLevel=1"),
                ClusterNode.class.getName(),
                String.valueOf(place.id()),
                place.host(),
                String.valueOf(place.port()),
                String.valueOf(place.controllerPort()),
                place.told(),
                String.join(",", all.stream().map(Place::voter).toList()),
                data.toString()));
    }

    /// @param arguments as {@link #command} makes them
    public static void main(String[] arguments) throws Exception {
        var place = new Place(
                Integer.parseInt(arguments[0]),
                arguments[1],
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]),
                arguments[4]);
        var data = Path.of(arguments[6]);
        if (!Files.exists(data.resolve("meta.properties"))) {
            Files.createDirectories(data);
            format(place.id(), data);
        }
        var server = new KafkaRaftServer(new KafkaConfig(properties(place, arguments[5], data), false), Time.SYSTEM);
        server.startup();
        System.out.println("READY " + place.told());
        System.out.flush();
        server.awaitShutdown();
    }

    private static void format(int id, Path data) throws Exception {
        try (var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(nowhere)
                    .setClusterId(CLUSTER)
                    .setNodeId(id)
                    .setControllerListenerName(CONTROLLER)
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .addDirectory(data.toString())
                    .setMetadataLogDirectory(data.toString())
                    .run();
        }
    }

    private static Map<String, String> properties(Place place, String voters, Path data) {
        var all = new TreeMap<String, String>();
        all.put("process.roles", "broker,controller");
        all.put("node.id", Integer.toString(place.id()));
        all.put("controller.quorum.voters", voters);
        all.put("controller.listener.names", CONTROLLER);
        all.put(
                "listeners",
                "PLAINTEXT://" + place.host() + ":" + place.port() + "," + CONTROLLER + "://" + place.host() + ":"
                        + place.controllerPort());
        all.put("advertised.listeners", "PLAINTEXT://" + place.told());
        all.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
        all.put("log.dirs", data.toString());
        int replicas = voters.contains(",") ? 3 : 1;
        for (String topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            all.put(topic + ".replication.factor", Integer.toString(replicas));
            all.put(topic + ".num.partitions", "4");
        }
        all.put("transaction.state.log.min.isr", replicas == 3 ? "2" : "1");
        all.put("share.coordinator.state.topic.min.isr", "1");
        all.put("auto.create.topics.enable", "false");
        all.put("group.initial.rebalance.delay.ms", "0");
        // how soon the others take over from one that was killed
        all.put("broker.session.timeout.ms", "3000");
        all.put("broker.heartbeat.interval.ms", "500");
        all.put("log.cleaner.dedupe.buffer.size", Integer.toString(2 << 20));
        all.put("log.cleaner.io.buffer.size", Integer.toString(256 << 10));
        all.put("log.index.size.max.bytes", Integer.toString(1 << 20));
        all.put("message.max.bytes", Integer.toString((2 << 20) + (64 << 10)));
        all.put("num.network.threads", "2");
        all.put("num.io.threads", "2");
        all.put("background.threads", "2");
        return all;
    }
}
