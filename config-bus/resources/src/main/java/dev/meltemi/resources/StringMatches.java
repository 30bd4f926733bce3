package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Istio's StringMatch.
final class StringMatches {
    static final Struct SHAPE = struct().field("exact", text())
            .field("prefix", text())
            .field("regex", text())
            .atMostOne("exact", "prefix", "regex");

    private StringMatches() {}

    /// Of something that may be absent.
    static void check(Part match, Report report) {
        Part prefix = match.at("prefix");
        if (prefix.isPresent() && prefix.text().isEmpty()) {
            report.error(prefix, "an empty prefix matches everything", "leave the condition out, or write {}");
        }
        if (match.has("regex") && !isPresence(match)) {
            Regexes.check(match.at("regex"), report);
        }
    }

    /// A path is always there: its prefix may be empty, and no regex asks whether it is.
    static void checkPath(Part match, Report report) {
        if (match.has("regex")) {
            Regexes.check(match.at("regex"), report);
        }
    }

    /// `*` is no expression, but what older documents write for "is there".
    private static boolean isPresence(Part match) {
        return match.text("regex").equals("*");
    }

    static Optional<StringMatch> read(Part match) {
        return match.isPresent() ? Optional.of(of(match)) : Optional.empty();
    }

    static Map<String, StringMatch> readTable(Part table) {
        Map<String, StringMatch> matches = new LinkedHashMap<>();
        table.fields().forEach((name, match) -> matches.put(name, of(match)));
        return matches;
    }

    private static StringMatch of(Part match) {
        if (match.has("exact")) {
            return new StringMatch.Exact(match.text("exact"));
        }
        if (match.has("prefix")) {
            return new StringMatch.Prefix(match.text("prefix"));
        }
        if (match.has("regex") && !isPresence(match)) {
            return new StringMatch.Regex(match.text("regex"));
        }
        return new StringMatch.Present();
    }
}
