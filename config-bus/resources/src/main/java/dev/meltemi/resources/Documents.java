package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Optional;

/// The front door: text in, verdict out. Admission, the command line and static mode call the same functions.
@SuppressWarnings("DoNotCallSuggester")
public final class Documents {
    private Documents() {}

    /// Judges one document (YAML or JSON).
    ///
    /// @param key the record's key, when it came from a topic: must agree with the document, and gives the
    ///     namespace that a document leaves out
    public static Verdict judge(String text, Optional<ResourceKey> key) {
        throw new IllegalStateException("not written yet: " + text + key);
    }

    /// Splits a YAML stream or JSON list into documents, each with its text and the line on which it begins. Empty
    /// documents are left out.
    public static List<Document> split(String text) {
        throw new IllegalStateException("not written yet: " + text);
    }

    /// @param firstLine in the stream, from 1
    public record Document(String text, int firstLine) {}
}
