package dev.meltemi.resources.yaml;

import java.util.Iterator;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads one document. Works on parser events, not on the library's composed nodes, because composing recurses as deep
/// as the text says and follows every alias before anybody can count them.
public final class YamlText {
    /// Of the text in UTF-8; what `mesh.config` takes.
    public static final int MAX_BYTES = 512 * 1024;

    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setCodePointLimit(MAX_BYTES)
            .setParseComments(false)
            .build();

    private YamlText() {}

    /// @throws MalformedText also for a second document and for text that is empty
    public static Node read(String text) throws MalformedText {
        refuseTooLong(text);
        var tree = new TreeBuilder();
        try {
            Iterator<Event> events = new Parse(SETTINGS).parseString(text).iterator();
            while (events.hasNext()) {
                tree.accept(events.next());
            }
        } catch (MarkedYamlEngineException e) {
            throw syntax(e);
        } catch (ReaderException e) {
            throw unreadable(text, e);
        } catch (YamlEngineException e) {
            throw new MalformedText(MalformedText.Reason.SYNTAX, String.valueOf(e.getMessage()), 1, 1);
        }
        return tree.root();
    }

    private static void refuseTooLong(String text) throws MalformedText {
        long bytes = text.length() <= MAX_BYTES / 3 ? 0 : utf8Length(text);
        if (bytes > MAX_BYTES) {
            throw new MalformedText(
                    MalformedText.Reason.OUT_OF_BOUNDS,
                    "the document has " + bytes + " bytes, at most " + MAX_BYTES + " are allowed",
                    1,
                    1);
        }
    }

    private static long utf8Length(String text) {
        return text.codePoints()
                .mapToLong(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4)
                .sum();
    }

    private static MalformedText syntax(MarkedYamlEngineException e) {
        Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
        String context = e.getContext() == null ? "" : e.getContext() + ": ";
        String why = "not YAML or JSON: " + context + e.getProblem();
        return mark == null
                ? new MalformedText(MalformedText.Reason.SYNTAX, why, 1, 1)
                : new MalformedText(MalformedText.Reason.SYNTAX, why, mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static MalformedText unreadable(String text, ReaderException e) {
        int line = 1;
        int column = 1;
        int index = text.indexOf(Character.toString(e.getCodePoint()));
        for (int i = 0; i < index; i++) {
            boolean breaks = text.charAt(i) == '\n';
            line += breaks ? 1 : 0;
            column = breaks ? 1 : column + 1;
        }
        String why = "the character U+%04X isn't allowed in YAML".formatted(e.getCodePoint());
        return new MalformedText(MalformedText.Reason.SYNTAX, why, line, column);
    }
}
