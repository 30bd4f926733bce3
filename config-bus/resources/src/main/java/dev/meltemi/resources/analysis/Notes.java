package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.Finding;
import dev.meltemi.resources.Position;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.yaml.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Collects what analyzers find. The same thing twice is said once; a mesh where everything is wrong gets as many
/// findings as somebody will read.
final class Notes {
    private static final int MAX = 5_000;

    private final List<Diagnosis> found = new ArrayList<>();
    private final Set<Said> said = new HashSet<>();

    private record Said(
            View document, Code code, String text, @Nullable Position at) {}

    /// @param at what in the document is wrong
    void add(Code code, View document, Part at, String text, @Nullable String hint) {
        add(code, document, at, text, hint, position(at));
    }

    void add(Code code, View document, Part at, String text) {
        add(code, document, at, text, null);
    }

    /// The same words about the same document are said once, at the first place.
    void once(Code code, View document, Part at, String text, @Nullable String hint) {
        add(code, document, at, text, hint, null);
    }

    void once(Code code, View document, Part at, String text) {
        once(code, document, at, text, null);
    }

    /// Unless something of that code was said of that line.
    void add(View document, Finding finding) {
        boolean known = found.stream()
                .filter(one -> one.document() == document)
                .map(Diagnosis::finding)
                .anyMatch(one -> one.code().equals(finding.code())
                        && one.at().line() == finding.at().line());
        if (found.size() < MAX && !known) {
            found.add(new Diagnosis(document, finding));
        }
    }

    private void add(Code code, View document, Part at, String text, @Nullable String hint, @Nullable Position unique) {
        if (found.size() < MAX && said.add(new Said(document, code, text, unique))) {
            found.add(new Diagnosis(
                    document,
                    new Finding(code.name(), code.level(), position(at), at.path(), text, Optional.ofNullable(hint))));
        }
    }

    private static Position position(Part at) {
        Span span = at.span();
        return new Position(span.line(), span.column());
    }

    /// The worst first; within a level by document, then in the order of the text.
    List<Diagnosis> sorted() {
        return found.stream()
                .sorted(Comparator.<Diagnosis, Finding.Level>comparing(
                                one -> one.finding().level())
                        .thenComparing(Diagnosis::origin)
                        .thenComparingInt(one -> one.finding().at().line())
                        .thenComparingInt(one -> one.finding().at().column()))
                .toList();
    }
}
