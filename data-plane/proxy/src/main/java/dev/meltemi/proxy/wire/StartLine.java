package dev.meltemi.proxy.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What may be in the first line of a message: three words, one space between them, nothing before, and a version that
/// we speak. Netty would take several spaces, tabs and other white space as well (RFC 9112, 3 allows it and warns of
/// it).
final class StartLine {
    private static final byte[] VERSION = "HTTP/1.".getBytes(StandardCharsets.US_ASCII);

    private StartLine() {}

    /// @param status of the refusal
    static void first(byte[] line, int start, int length, int status) {
        if (start != 0) {
            throw new MalformedMessageException(status, "whitespace_before_start_line");
        }
        requireSpace(line, length, status);
    }

    static void next(byte[] line, int start, int status) {
        requireSpace(line, start - 1, status);
        if (start > 1 && line[start - 2] == ' ') {
            throw separator(status);
        }
    }

    static void requireSpace(byte[] line, int at, int status) {
        if (at < 0 || at >= line.length || line[at] != ' ') {
            throw separator(status);
        }
    }

    private static MalformedMessageException separator(int status) {
        return new MalformedMessageException(status, "start_line_separator");
    }

    static void requireVersion(byte[] line, int start, int length, int status) {
        boolean known = length == VERSION.length + 1
                && Arrays.equals(line, start, start + VERSION.length, VERSION, 0, VERSION.length)
                && (line[start + VERSION.length] == '1' || line[start + VERSION.length] == '0');
        if (!known) {
            throw new MalformedMessageException(status, "unknown_version");
        }
    }
}
