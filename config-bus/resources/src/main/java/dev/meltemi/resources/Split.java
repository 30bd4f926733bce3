package dev.meltemi.resources;

import dev.meltemi.resources.Documents.Document;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.yaml.MalformedText;
import dev.meltemi.resources.yaml.Node;
import dev.meltemi.resources.yaml.Span;
import dev.meltemi.resources.yaml.YamlText;
import java.util.ArrayList;
import java.util.List;

/// Takes a file apart. A stream is cut at its `---` lines before anything is parsed (YAML allows such a line nowhere
/// else, block text included), so that a fault in one document costs the others nothing.
final class Split {
    private final List<Document> documents = new ArrayList<>();
    private final StringBuilder current = new StringBuilder();
    private int firstLine = 1;
    private boolean content;

    private Split() {}

    static List<Document> split(String text) {
        var split = new Split();
        int number = 0;
        for (String line : text.lines().toList()) {
            split.line(line, ++number);
        }
        split.finish();
        return split.documents;
    }

    private void line(String line, int number) {
        boolean begins = isMarker(line, "---");
        if (begins || isMarker(line, "...")) {
            finish();
            // The marker's place is kept by spaces, because a document may begin on its line.
            String rest = begins ? "   " + line.substring(3) : "";
            firstLine = rest.isBlank() ? number + 1 : number;
            if (!rest.isBlank()) {
                append(rest);
            }
        } else if (!line.startsWith("%") || content) {
            append(line);
        } else {
            firstLine = number + 1;
        }
    }

    private void append(String line) {
        current.append(line).append('\n');
        content |= !line.isBlank() && !line.stripLeading().startsWith("#");
    }

    private static boolean isMarker(String line, String marker) {
        return line.startsWith(marker) && (line.length() == 3 || Character.isWhitespace(line.charAt(3)));
    }

    private void finish() {
        if (content) {
            documents.addAll(items(new Document(current.toString(), firstLine)));
        }
        current.setLength(0);
        content = false;
    }

    /// The items of a list, or the document itself.
    private static List<Document> items(Document document) {
        String text = document.text();
        if (!text.stripLeading().startsWith("[") && !text.contains("List")) {
            return List.of(document);
        }
        try {
            Node root = YamlText.read(text);
            Part part = Part.root(root);
            if (root instanceof Node.Sequence sequence) {
                return cut(document, sequence);
            }
            if (part.text("kind").equals("List") && part.at("items").node() instanceof Node.Sequence sequence) {
                return cut(document, sequence);
            }
        } catch (MalformedText e) {
            return List.of(document); // judging it says why
        }
        return List.of(document);
    }

    private static List<Document> cut(Document whole, Node.Sequence sequence) {
        List<Document> items = new ArrayList<>();
        int codePoint = 0;
        int index = 0;
        for (Node node : sequence.items()) {
            Span span = node.at();
            int from = whole.text().offsetByCodePoints(index, span.start() - codePoint);
            int to = whole.text().offsetByCodePoints(from, span.end() - span.start());
            codePoint = span.end();
            index = to;
            // Indented as it was, so that its block structure and columns stay right.
            String text = " ".repeat(span.column() - 1) + whole.text().substring(from, to);
            items.add(new Document(text, whole.firstLine() + span.line() - 1));
        }
        return items;
    }
}
