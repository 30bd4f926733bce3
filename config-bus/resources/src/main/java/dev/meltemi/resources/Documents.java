package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Optional;

/// The front door: text in, verdict out. Admission, the command line and static mode call the same functions.
public final class Documents {
    private Documents() {}

    /// Judges one document (YAML or JSON). Never throws, and takes bounded time and memory whatever the text.
    ///
    /// @param key the record's key, when it came from a topic: must agree with the document, and gives the
    ///     namespace that a document leaves out (`default` without a key)
    public static Verdict judge(String text, Optional<ResourceKey> key) {
        return Judge.judge(text, key);
    }

    /// Splits a YAML stream, a JSON list or a Kubernetes `List` into documents, each with its text and the line on
    /// which it begins. Documents without content are left out; text that can't be read is one document, so that
    /// judging it says why.
    public static List<Document> split(String text) {
        return Split.split(text);
    }

    /// @param firstLine in the stream, from 1
    public record Document(String text, int firstLine) {}
}
