package dev.meltemi.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/// Avro in the Confluent wire format: `0x00`, the schema's id in four bytes, the body.
final class AvroCodec<T extends SpecificRecord> implements Codec<T> {
    static final int HEADER = 5;
    private static final SharedParts PARTS = new SharedParts();

    static {
        AvroLimits.set();
    }

    private final int id;
    private final Schema schema;
    private final DatumWriter<T> writer;
    /// Of records that were written with the current schema. Shared by threads: Avro keeps what it resolves by
    /// thread.
    private final DatumReader<T> reader;

    AvroCodec(int id, Schema schema) {
        this.id = id;
        this.schema = schema;
        this.writer = new SortedMapWriter<>(schema);
        this.reader = new SpecificDatumReader<>(schema);
    }

    int id() {
        return id;
    }

    Schema schema() {
        return schema;
    }

    @Override
    public byte[] encode(T value) {
        var out = new ByteArrayOutputStream(256);
        out.writeBytes(header(id));
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            writer.write(value, encoder);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    @Override
    public T decode(byte[] bytes) throws MalformedRecordException {
        if (bytes.length < HEADER || bytes[0] != 0) {
            throw new MalformedRecordException(
                    "not Avro in the Confluent wire format: expected 0x00 and a four-byte schema id, found "
                            + bytes.length + " bytes"
                            + (bytes.length == 0 ? "" : " beginning with 0x%02x".formatted(bytes[0])));
        }
        int written = ByteBuffer.wrap(bytes, 1, 4).getInt();
        DatumReader<T> from = written == id ? reader : readerOf(written);
        try {
            var decoder = DecoderFactory.get().binaryDecoder(bytes, HEADER, bytes.length - HEADER, null);
            T value = from.read(null, decoder);
            if (decoder.isEnd()) {
                PARTS.share(value);
                return value;
            }
        } catch (IOException | RuntimeException e) {
            // Avro answers malformed bytes with whatever they run into: index, cast, null, limit, unsupported.
            throw new MalformedRecordException(
                    "not a " + schema.getFullName() + " of schema " + written + ": " + e.getMessage(), e);
        }
        throw new MalformedRecordException("bytes left over after a " + schema.getFullName());
    }

    private DatumReader<T> readerOf(int written) throws MalformedRecordException {
        Schema writtenWith = SchemaIds.byId(written);
        if (!writtenWith.getFullName().equals(schema.getFullName())) {
            throw new MalformedRecordException(
                    "expected a " + schema.getFullName() + ", found a " + writtenWith.getFullName());
        }
        return new SpecificDatumReader<>(writtenWith, schema);
    }

    static byte[] header(int id) {
        return ByteBuffer.allocate(HEADER).put((byte) 0).putInt(id).array();
    }
}
