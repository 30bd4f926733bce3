package dev.meltemi.schemas;

/// One thing that a role may do on a broker; the names are those of Kafka's access lists.
///
/// @param name of a topic, group or transactional id with the mesh's prefix; {@link #CLUSTER} for the cluster
/// @param prefixed whether `name` stands for all names that begin with it
public record Grant(Role role, Kind on, String name, boolean prefixed, Right right) {
    public static final String CLUSTER = "kafka-cluster";

    public enum Kind {
        TOPIC,
        GROUP,
        TRANSACTIONAL_ID,
        CLUSTER
    }

    /// READ and WRITE include DESCRIBE.
    public enum Right {
        READ,
        WRITE,
        CREATE,
        ALTER,
        DESCRIBE,
        DESCRIBE_CONFIGS
    }

    static Grant exactly(Role role, Kind on, String name, Right right) {
        return new Grant(role, on, name, false, right);
    }

    static Grant beginningWith(Role role, Kind on, String name, Right right) {
        return new Grant(role, on, name, true, right);
    }
}
