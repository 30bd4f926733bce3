package dev.meltemi.admission;

import dev.meltemi.resources.Position;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/// Bytes read as UTF-8, or the place of the first byte that isn't.
sealed interface DecodedText {
    record Text(String text) implements DecodedText {}

    record Malformed(Position at, int value) implements DecodedText {}

    static DecodedText of(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        // UTF-8 never makes more chars than it has bytes
        var out = CharBuffer.allocate(bytes.length);
        var result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        out.flip();
        return result.isError()
                ? new Malformed(after(out), Byte.toUnsignedInt(bytes[in.position()]))
                : new Text(out.toString());
    }

    private static Position after(CharBuffer text) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                line++;
                column = 1;
            } else {
                column++;
            }
        }
        return new Position(line, column);
    }
}
