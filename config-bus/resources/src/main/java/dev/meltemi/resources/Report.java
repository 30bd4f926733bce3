package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Sink;
import dev.meltemi.resources.yaml.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Collects what is to be said about one document. Bounded: a document with a hundred thousand faults gets as many
/// findings as somebody will read.
final class Report implements Sink {
    private static final int MAX = 50;

    private final List<Finding> errors = new ArrayList<>();
    private final List<Finding> warnings = new ArrayList<>();
    private final List<String> notInForce = new ArrayList<>();

    void error(Part at, String text) {
        error(at, text, null);
    }

    @Override
    public void error(Part at, String text, @Nullable String hint) {
        error(Code.IST0106, at, text, hint);
    }

    void error(Code code, Part at, String text, @Nullable String hint) {
        if (errors.size() < MAX) {
            errors.add(finding(code, Finding.Level.ERROR, at, text, hint));
        }
    }

    void warn(Part at, String text) {
        warn(Code.IST0133, at, text);
    }

    void warn(Code code, Part at, String text) {
        if (warnings.size() < MAX) {
            warnings.add(finding(code, code.level(), at, text, null));
        }
    }

    @Override
    public void notInForce(Part at, String reason) {
        if (notInForce.size() < MAX) {
            notInForce.add(at + ": " + reason);
        } else if (notInForce.size() == MAX) {
            notInForce.add("document: more of the kind, not listed");
        }
    }

    /// One reason for all of it.
    void nothingInForce(Part at, String reason) {
        notInForce.clear();
        notInForce.add(at + ": " + reason);
    }

    @Override
    public boolean isFull() {
        return errors.size() >= MAX;
    }

    boolean hasErrors() {
        return !errors.isEmpty();
    }

    Verdict rejected() {
        errors.sort(Finding.IN_TEXT_ORDER);
        return new Verdict.Rejected(errors);
    }

    Verdict accepted(Resource resource) {
        warnings.sort(Finding.IN_TEXT_ORDER);
        return new Verdict.Accepted(resource, warnings, notInForce);
    }

    private static Finding finding(Code code, Finding.Level level, Part at, String text, @Nullable String hint) {
        Span span = at.span();
        return new Finding(
                code.name(),
                level,
                new Position(span.line(), span.column()),
                at.path(),
                at + ": " + text,
                Optional.ofNullable(hint));
    }
}
