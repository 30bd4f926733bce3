package dev.meltemi.admission;

import dev.meltemi.resources.Finding;
import dev.meltemi.resources.Position;
import dev.meltemi.schemas.ConfigStatus.Message;
import java.util.Locale;

/// What admission itself has to say of a record, beside the findings in its text. MESH012x are its own codes.
final class Refusals {
    /// As {@link dev.meltemi.resources.Documents} says of a key that isn't the document's.
    static final String KEY = "MESH0103";
    static final String TOO_LARGE = "MESH0105";
    static final String NOT_UTF_8 = "MESH0101";
    static final String UNJUDGEABLE = "MESH0199";
    static final String CONFLICT = "MESH0121";
    static final String MALFORMED_IF_VERSION = "MESH0122";
    static final String OVERWROTE = "MESH0123";

    private Refusals() {}

    static Message message(String code, String text, String hint) {
        return message(code, Position.START, text, hint);
    }

    static Message message(String code, Position at, String text, String hint) {
        return new Message(code, level(Finding.Level.ERROR), at.line(), at.column(), text, hint);
    }

    static Message of(Finding finding) {
        return new Message(
                finding.code(),
                level(finding.level()),
                finding.at().line(),
                finding.at().column(),
                finding.text(),
                finding.hint().orElse(null));
    }

    /// As `istioctl analyze -o json` writes levels: `Error`, `Warning`, `Info`.
    static String level(Finding.Level level) {
        var name = level.name();
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }
}
