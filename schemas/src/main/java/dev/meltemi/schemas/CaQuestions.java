package dev.meltemi.schemas;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.message.MessageDecoder;
import org.apache.avro.message.MessageEncoder;

/// What can be asked of a CA over RSocket (request-response): the payload's metadata names the question, its data is an
/// Avro record in the single-object encoding.
public final class CaQuestions {
    /// `IssueRequest` → `IssueResponse`.
    public static final String ISSUE = "issue";

    /// `RotateRequest` → `RotateResponse`; an operator's certificate is needed.
    public static final String ROTATE = "rotate";

    /// Error code of an answer: the same question in the same words is refused again. RSocket leaves codes from 0x301
    /// on to applications.
    public static final int REFUSED = 0x301;

    /// Error code of an answer: not now (standby, still reading, too many at once); the same question may be asked
    /// again soon.
    public static final int LATER = 0x302;

    static {
        // also where nothing of a topic was read before: Avro makes only classes that it was told to trust
        AvroLimits.set();
    }

    private CaQuestions() {}

    /// @throws IOException when the bytes are no such record
    public static <T> T read(MessageDecoder<T> decoder, ByteBuffer bytes) throws IOException {
        try {
            return decoder.decode(bytes);
        } catch (RuntimeException e) {
            // Avro answers malformed bytes with whatever they run into
            throw new IOException("not the record that was expected: " + e.getMessage(), e);
        }
    }

    public static <T> byte[] write(MessageEncoder<T> encoder, T record) {
        try {
            var buffer = encoder.encode(record);
            var bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
    }
}
