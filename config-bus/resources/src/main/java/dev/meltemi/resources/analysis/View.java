package dev.meltemi.resources.analysis;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.yaml.MalformedText;
import dev.meltemi.resources.yaml.Node;
import dev.meltemi.resources.yaml.Span;
import dev.meltemi.resources.yaml.YamlText;
import java.util.Map;

/// A document as analysis sees it: a tree with positions, whatever its kind and however invalid, so that documents
/// that the mesh itself doesn't read (a Pod, a Secret) say what exists.
public final class View {
    private static final Node NOTHING = new Node.Mapping(Map.of(), new Span(1, 1, 0, 0));

    private final String text;
    private final Part document;
    private final Type type;
    private final String namespace;
    private final String name;
    private final Map<String, String> labels;

    private View(String text, Part document, String namespace) {
        this.text = text;
        this.document = document;
        type = Type.of(document.text("apiVersion"), document.text("kind"));
        Part metadata = document.at("metadata");
        this.namespace = type.namespaced() ? metadata.someText("namespace").orElse(namespace) : "";
        name = metadata.text("name");
        labels = metadata.textTable("labels");
    }

    /// Never fails: text that can't be read is a document of no kind.
    ///
    /// @param namespace of a document that names none; may be empty
    public static View of(String text, String namespace) {
        try {
            return new View(text, Part.root(YamlText.read(text)), namespace);
        } catch (MalformedText e) {
            return new View(text, Part.root(NOTHING), namespace);
        }
    }

    /// As it was written.
    public String text() {
        return text;
    }

    /// Empty for a document without one.
    public String kind() {
        return type.kind();
    }

    /// Empty for cluster scope, and when nobody names one.
    public String namespace() {
        return namespace;
    }

    public String name() {
        return name;
    }

    /// `namespace/name`, or only a name.
    public String qualifiedName() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }

    /// What is the same for two documents of which one replaces the other, `group/Kind/namespace/name`.
    public String key() {
        return type.group() + "/" + type.kind() + "/" + namespace + "/" + name;
    }

    /// `VirtualService default/reviews`.
    @Override
    public String toString() {
        return kind() + " " + qualifiedName();
    }

    Type type() {
        return type;
    }

    Map<String, String> labels() {
        return labels;
    }

    String annotation(String key) {
        return document.at("metadata").at("annotations").text(key);
    }

    Part document() {
        return document;
    }

    Part spec() {
        return document.at("spec");
    }

    /// Where its name is written: what a finding about all of it points to.
    Part nameplate() {
        return document.at("metadata").at("name");
    }
}
