package dev.meltemi.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// A document as a tree of maps, for showing and comparing it; judging is left to `Documents`.
record DocumentTree(Map<String, Object> root) {
    private static final String METADATA = "metadata";
    private static final String VERSION = "resourceVersion";

    /// Empty when the text isn't a YAML or JSON object.
    static Optional<DocumentTree> of(String text) {
        try {
            Object loaded = new Load(LoadSettings.builder().build()).loadFromString(text);
            return loaded instanceof Map<?, ?> map ? Optional.of(new DocumentTree(named(map))) : Optional.empty();
        } catch (YamlEngineException e) {
            return Optional.empty();
        }
    }

    private static Map<String, Object> named(Map<?, ?> map) {
        var copy = new LinkedHashMap<String, Object>();
        map.forEach((key, value) -> copy.put(String.valueOf(key), value));
        return copy;
    }

    /// `VirtualService default/reviews`, as far as the text says it.
    String title() {
        return text(root, "kind").orElse("document") + " "
                + text(metadata(), "namespace").map(ns -> ns + "/").orElse("")
                + text(metadata(), "name").orElse("without a name");
    }

    /// What `get` wrote into it: the offset that the writer believes to be the newest of its key.
    Optional<String> resourceVersion() {
        return text(metadata(), VERSION);
    }

    DocumentTree withVersion(long offset) {
        var changed = new LinkedHashMap<>(root);
        var metadata = metadata();
        metadata.put(VERSION, Long.toString(offset));
        changed.put(METADATA, metadata);
        return new DocumentTree(changed);
    }

    DocumentTree withoutVersion() {
        var changed = new LinkedHashMap<>(root);
        var metadata = metadata();
        metadata.remove(VERSION);
        if (root.containsKey(METADATA)) {
            changed.put(METADATA, metadata);
        }
        return new DocumentTree(changed);
    }

    String yaml() {
        return yaml(root);
    }

    static String yaml(Object tree) {
        var settings = DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setIndicatorIndent(2)
                .setIndentWithIndicator(true)
                .build();
        return new Dump(settings).dumpToString(tree);
    }

    private Map<String, Object> metadata() {
        return root.get(METADATA) instanceof Map<?, ?> map ? named(map) : new LinkedHashMap<>();
    }

    private static Optional<String> text(Map<String, Object> map, String key) {
        Object value = map.get(key);
        return value == null ? Optional.empty() : Optional.of(value.toString());
    }
}
