package dev.meltemi.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/// Avro in the Confluent wire format: `0x00`, the schema's id in four bytes, the body.
final class AvroCodec<T extends SpecificRecord> implements Codec<T> {
    private static final int HEADER = 5;
    private final int id;
    private final Schema schema;
    private final SpecificDatumWriter<T> writer;

    AvroCodec(int id, Schema schema) {
        this.id = id;
        this.schema = schema;
        this.writer = new SpecificDatumWriter<>(schema);
    }

    @Override
    public byte[] encode(T value) {
        var out = new ByteArrayOutputStream(256);
        out.writeBytes(ByteBuffer.allocate(HEADER).put((byte) 0).putInt(id).array());
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
        Schema writtenWith = written == id ? schema : SchemaIds.byId(written);
        try {
            var decoder = DecoderFactory.get().binaryDecoder(bytes, HEADER, bytes.length - HEADER, null);
            T value = new SpecificDatumReader<T>(writtenWith, schema).read(null, decoder);
            if (!decoder.isEnd()) {
                throw new MalformedRecordException("bytes left over after a " + schema.getFullName());
            }
            return value;
        } catch (IOException | AvroRuntimeException | IllegalArgumentException | ClassCastException e) {
            throw new MalformedRecordException(
                    "not a " + schema.getFullName() + " of schema " + written + ": " + e.getMessage(), e);
        }
    }
}
