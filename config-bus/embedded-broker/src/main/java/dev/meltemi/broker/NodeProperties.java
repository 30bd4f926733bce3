package dev.meltemi.broker;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// Kafka's settings for a single small node.
final class NodeProperties {
    static final int NODE_ID = 1;
    static final String CONTROLLER = "CONTROLLER";

    private NodeProperties() {}

    /// @param security what {@link NodeSecurity} says; empty: everybody may do everything, by plaintext
    static Map<String, String> of(String host, int port, int controllerPort, Path data, Map<String, String> security) {
        var protocol = security.isEmpty() ? "PLAINTEXT" : "SSL";
        var all = new TreeMap<String, String>();
        all.put("process.roles", "broker,controller");
        all.put("node.id", Integer.toString(NODE_ID));
        all.put("controller.quorum.voters", NODE_ID + "@" + host + ":" + controllerPort);
        all.put("controller.listener.names", CONTROLLER);
        all.put(
                "listeners",
                protocol + "://" + host + ":" + port + "," + CONTROLLER + "://" + host + ":" + controllerPort);
        all.put("advertised.listeners", protocol + "://" + host + ":" + port);
        all.put("inter.broker.listener.name", protocol);
        all.put("listener.security.protocol.map", protocol + ":" + protocol + "," + CONTROLLER + ":" + protocol);
        all.put("log.dirs", data.toString());
        all.putAll(ONE_NODE);
        all.putAll(SMALL);
        all.putAll(security);
        return all;
    }

    /// What has three replicas in a cluster has one here, and nobody waits for members that don't exist.
    private static final Map<String, String> ONE_NODE = Map.ofEntries(
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("offsets.topic.num.partitions", "4"),
            Map.entry("transaction.state.log.replication.factor", "1"),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("transaction.state.log.num.partitions", "4"),
            Map.entry("share.coordinator.state.topic.replication.factor", "1"),
            Map.entry("share.coordinator.state.topic.min.isr", "1"),
            Map.entry("share.coordinator.state.topic.num.partitions", "1"),
            Map.entry("default.replication.factor", "1"),
            Map.entry("min.insync.replicas", "1"),
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            // an election among one: no need to wait for rivals
            Map.entry("controller.quorum.election.timeout.ms", "200"),
            Map.entry("controller.quorum.election.backoff.max.ms", "50"),
            Map.entry("auto.create.topics.enable", "false"));

    /// Kafka's defaults suit a machine of its own. The largest record of the catalogue is 2 MiB.
    private static final Map<String, String> SMALL = Map.ofEntries(
            Map.entry("log.cleaner.dedupe.buffer.size", Integer.toString(2 << 20)),
            Map.entry("log.cleaner.io.buffer.size", Integer.toString(256 << 10)),
            Map.entry("log.cleaner.threads", "1"),
            Map.entry("num.network.threads", "2"),
            Map.entry("num.io.threads", "2"),
            Map.entry("num.replica.fetchers", "1"),
            Map.entry("num.recovery.threads.per.data.dir", "2"),
            Map.entry("background.threads", "2"),
            Map.entry("message.max.bytes", Integer.toString((2 << 20) + (64 << 10))),
            Map.entry("log.segment.bytes", Integer.toString(64 << 20)),
            Map.entry("log.index.size.max.bytes", Integer.toString(1 << 20)),
            Map.entry("log.initial.task.delay.ms", "2000"),
            Map.entry("queued.max.requests", "100"));
}
