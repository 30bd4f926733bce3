package dev.meltemi.cli;

import dev.meltemi.schemas.Grant;
import dev.meltemi.schemas.Role;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Who may do what: for people as a table of roles and topics, for programs as JSON, for other brokers as commands.
///
/// @param grants all of a mesh
/// @param prefix of its topics
record RightsText(List<Grant> grants, String prefix) {
    void table(PrintWriter out) {
        var heads = new ArrayList<String>(List.of("TOPIC"));
        for (var role : Role.values()) {
            heads.add(role.label().toUpperCase(Locale.ROOT));
        }
        var table = new Table(heads.toArray(String[]::new));
        for (var topic : Topics.all()) {
            var row = new ArrayList<String>(List.of(topic.on(prefix)));
            for (var role : Role.values()) {
                row.add(rights(topic, role));
            }
            table.add(row.toArray(String[]::new));
        }
        table.print(out);
    }

    void json(PrintWriter out) {
        var all = grants.stream().map(RightsText::fields).toList();
        out.println(JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(all));
    }

    /// For a cluster that its own administrators keep: one command for each principal and resource, for a shell.
    void kafkaAcls(PrintWriter out, String bootstrapServers) {
        out.println("# add --command-config FILE, which says how you reach the cluster as its administrator");
        Map<String, List<Grant>> commands = grants.stream()
                .collect(Collectors.groupingBy(RightsText::resource, LinkedHashMap::new, Collectors.toList()));
        commands.forEach((resource, rights) -> out.println("kafka-acls.sh --bootstrap-server " + bootstrapServers
                + " --add " + resource
                + rights.stream()
                        .map(grant -> " --operation " + kafkaName(grant.right()))
                        .collect(Collectors.joining())));
    }

    /// `route-compiler: write topic mesh.routes`.
    static String line(Grant grant) {
        return grant.role().label() + ": " + words(grant.right()) + " " + words(grant.on()) + " " + grant.name()
                + (grant.prefixed() ? "*" : "");
    }

    private static String rights(Topic<?> topic, Role role) {
        boolean reads = topic.readers().contains(role);
        boolean writes = topic.writers().contains(role);
        return reads && writes ? "read,write" : reads ? "read" : writes ? "write" : "";
    }

    private static Map<String, Object> fields(Grant grant) {
        var all = new LinkedHashMap<String, Object>();
        all.put("principal", grant.role().principal());
        all.put("right", words(grant.right()));
        all.put("on", words(grant.on()));
        all.put("name", grant.name());
        all.put("prefixed", grant.prefixed());
        return all;
    }

    private static String resource(Grant grant) {
        var on = switch (grant.on()) {
            case TOPIC -> "--topic " + grant.name();
            case GROUP -> "--group " + grant.name();
            case TRANSACTIONAL_ID -> "--transactional-id " + grant.name();
            case CLUSTER -> "--cluster";
        };
        return "--allow-principal " + grant.role().principal() + " " + on
                + (grant.prefixed() ? " --resource-pattern-type prefixed" : "");
    }

    /// As kafka-acls.sh writes it: `DescribeConfigs`.
    private static String kafkaName(Grant.Right right) {
        return switch (right) {
            case READ -> "Read";
            case WRITE -> "Write";
            case CREATE -> "Create";
            case ALTER -> "Alter";
            case DESCRIBE -> "Describe";
            case DESCRIBE_CONFIGS -> "DescribeConfigs";
        };
    }

    private static String words(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
