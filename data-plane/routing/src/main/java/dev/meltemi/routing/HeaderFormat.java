package dev.meltemi.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A header's value with variables in it, in Envoy's words: those of {@link Fact}, `REQ(name?other):length` and
/// `RESP(…)` for a header of the request and of the answer, `%%` for a percent sign. What isn't known is empty. The
/// check of documents takes other variables too and tells that they are sent as they stand.
public final class HeaderFormat {
    /// What only the proxy knows of a request.
    public enum Fact {
        DOWNSTREAM_REMOTE_ADDRESS,
        DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT,
        DOWNSTREAM_LOCAL_ADDRESS,
        DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT,
        DOWNSTREAM_LOCAL_PORT,
        PROTOCOL,
        /// ISO 8601 with milliseconds, UTC.
        START_TIME,
        ROUTE_NAME,
        UPSTREAM_CLUSTER,
        UPSTREAM_HOST,
        RESPONSE_CODE
    }

    public interface Facts {
        String of(Fact fact);

        /// Of the request as it is now, by lower-case name.
        @Nullable
        String asked(String header);

        /// Of the answer, null as long as there is none.
        @Nullable
        String answered(String header);
    }

    private interface Piece {
        String of(Facts facts);
    }

    private final List<Piece> pieces;

    private HeaderFormat(List<Piece> pieces) {
        this.pieces = List.copyOf(pieces);
    }

    public String of(Facts facts) {
        var text = new StringBuilder();
        pieces.forEach(piece -> text.append(piece.of(facts)));
        return text.toString();
    }

    /// @return an edit whose value is literal where nothing has to be filled in
    static HeaderEdits.Edit edit(String name, String value) {
        if (value.indexOf('%') < 0) {
            return new HeaderEdits.Edit(name, value);
        }
        var pieces = new ArrayList<Piece>();
        var literal = new StringBuilder();
        int at = 0;
        while (at < value.length()) {
            int end = value.charAt(at) == '%' ? value.indexOf('%', at + 1) : -1;
            Piece piece = end < 0 ? null : piece(value.substring(at + 1, end));
            if (piece != null) {
                flush(literal, pieces);
                pieces.add(piece);
                at = end + 1;
            } else {
                literal.append(value.charAt(at));
                at += end == at + 1 ? 2 : 1;
            }
        }
        if (pieces.isEmpty()) {
            return new HeaderEdits.Edit(name, literal.toString());
        }
        flush(literal, pieces);
        return new HeaderEdits.Edit(name, value, new HeaderFormat(pieces));
    }

    private static void flush(StringBuilder literal, List<Piece> pieces) {
        if (!literal.isEmpty()) {
            String text = literal.toString();
            pieces.add(_ -> text);
            literal.setLength(0);
        }
    }

    /// @return null for what isn't filled in
    private static @Nullable Piece piece(String variable) {
        for (Fact fact : Fact.values()) {
            if (fact.name().equals(variable)) {
                return facts -> facts.of(fact);
            }
        }
        boolean asked = variable.startsWith("REQ(");
        int open = variable.indexOf('(');
        int close = variable.indexOf(')');
        if ((!asked && !variable.startsWith("RESP(")) || close < 0) {
            return null;
        }
        String[] names =
                variable.substring(open + 1, close).toLowerCase(Locale.ROOT).split("\\?", 2);
        int longest = close + 1 == variable.length() ? Integer.MAX_VALUE : length(variable.substring(close + 1));
        return longest < 0 ? null : facts -> cut(first(facts, asked, names), longest);
    }

    /// `:12`, -1 for anything else.
    private static int length(String text) {
        return text.matches(":[0-9]{1,9}") ? Integer.parseInt(text.substring(1)) : -1;
    }

    private static String first(Facts facts, boolean asked, String[] names) {
        for (String name : names) {
            String value = asked ? facts.asked(name) : facts.answered(name);
            if (value != null) {
                return value;
            }
        }
        return "";
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest);
    }
}
