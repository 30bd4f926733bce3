package dev.meltemi.cli;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Finding;
import dev.meltemi.resources.Verdict;
import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A document with the verdict that admission will give: the same code judges here.
record JudgedDocument(SourceDocument source, Verdict verdict) {
    /// @param namespace of `-n`: given to a document without one, and what a document's own must agree with
    static List<JudgedDocument> of(List<SourceDocument> documents, @Nullable String namespace) {
        return documents.stream()
                .map(source -> new JudgedDocument(source, judge(source.text(), namespace)))
                .toList();
    }

    private static Verdict judge(String text, @Nullable String namespace) {
        var verdict = Documents.judge(text, Optional.empty());
        if (namespace == null || !(verdict instanceof Verdict.Accepted accepted)) {
            return verdict;
        }
        ResourceKey key = accepted.resource().key();
        if (key.namespace().equals(namespace) || key.namespace().equals("-")) {
            return verdict;
        }
        return Documents.judge(text, Optional.of(new ResourceKey(key.group(), key.kind(), namespace, key.name())));
    }

    Optional<ResourceKey> key() {
        return verdict instanceof Verdict.Accepted accepted
                ? Optional.of(accepted.resource().key())
                : Optional.empty();
    }

    List<Finding> findings() {
        return switch (verdict) {
            case Verdict.Accepted accepted -> accepted.warnings();
            case Verdict.Rejected rejected -> rejected.errors();
        };
    }

    List<String> notInForce() {
        return verdict instanceof Verdict.Accepted accepted ? accepted.notInForce() : List.of();
    }

    boolean rejected() {
        return verdict instanceof Verdict.Rejected;
    }
}
