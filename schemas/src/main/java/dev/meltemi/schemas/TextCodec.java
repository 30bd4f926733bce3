package dev.meltemi.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// UTF-8 text; malformed UTF-8 is refused, never replaced.
final class TextCodec implements Codec<String> {
    @Override
    public byte[] encode(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] bytes) throws MalformedRecordException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedRecordException("not UTF-8 text: " + e.getMessage(), e);
        }
    }
}
