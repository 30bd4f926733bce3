package dev.meltemi.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.meltemi.schemas.fleet.Registration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.RandomData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Bytes come from a network that anybody may write to.
class AvroCodecFuzzTest {
    private static final int HONEST = 40;
    private static final int MUTATIONS_OF_EACH = 500;
    /// Lengths that ask for memory before the bytes behind them are looked at: 2^31 - 1, -2^31, 2^62 and a
    /// plausible 2^20.
    private static final byte[][] GREEDY = {
        {(byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f},
        {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f},
        {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x40},
        {(byte) 0x80, (byte) 0x80, (byte) 0x80, 0x01}
    };

    static List<Topic<?>> avroTopics() {
        return RegisteredSchemasTest.avroTopics();
    }

    @ParameterizedTest
    @MethodSource("avroTopics")
    void random_values_survive_and_equal_values_are_equal_bytes(Topic<?> topic) throws Exception {
        var codec = (AvroCodec<?>) topic.codec();
        var random = new SplittableRandom(topic.name().hashCode());

        for (int i = 0; i < HONEST; i++) {
            byte[] written = randomBytes(codec, random.nextLong());
            byte[] canonical = encodedAgain(codec, written);
            assertThat(codec.decode(canonical)).isEqualTo(codec.decode(written));
            assertThat(encodedAgain(codec, canonical)).isEqualTo(canonical);
        }
    }

    @Test
    void the_order_of_a_map_does_not_show_in_the_bytes() {
        var codec = Topics.WORKLOADS.codec();
        var forward = new LinkedHashMap<String, String>();
        var backward = new LinkedHashMap<String, String>();
        for (int i = 0; i < 20; i++) {
            forward.put("label-" + i, "v");
            backward.put("label-" + (19 - i), "v");
        }

        assertThat(codec.encode(registration(forward))).isEqualTo(codec.encode(registration(backward)));
    }

    @ParameterizedTest
    @MethodSource("avroTopics")
    void mutated_bytes_are_a_value_or_malformed_and_never_cost_much_memory(Topic<?> topic) throws Exception {
        var codec = (AvroCodec<?>) topic.codec();
        var random = new SplittableRandom(topic.name().hashCode());
        var memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int malformed = 0;
        long most = 0;

        for (int i = 0; i < HONEST; i++) {
            byte[] honest = randomBytes(codec, random.nextLong());
            for (int j = 0; j < MUTATIONS_OF_EACH; j++) {
                byte[] bytes = mutated(honest, random);
                long before = memory.getCurrentThreadAllocatedBytes();
                try {
                    codec.decode(bytes);
                } catch (MalformedRecordException e) {
                    malformed++;
                }
                most = Math.max(most, memory.getCurrentThreadAllocatedBytes() - before);
            }
        }

        assertThat(malformed).as("mutations that were noticed").isPositive();
        assertThat(most).as("bytes allocated for one record").isLessThan(8 << 20);
    }

    @Test
    void a_record_of_another_topic_is_named_in_the_refusal() throws Exception {
        byte[] cut = randomBytes((AvroCodec<?>) Topics.REVISIONS.codec(), 1);

        assertThatThrownBy(() -> Topics.SIDECARS.codec().decode(cut))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("expected a dev.meltemi.schemas.fleet.Heartbeat, found a dev.meltemi.schemas.compiled.Cut");
    }

    @Test
    void a_record_of_a_newer_writer_says_what_to_do() {
        assertThatThrownBy(() -> Topics.SIDECARS.codec().decode(new byte[] {0, 0, 0, 0x7f, 0x7f, 1}))
                .isInstanceOf(UnknownSchemaException.class)
                .hasMessageContaining("schema id 32639")
                .hasMessageContaining("mesh.schemas");
    }

    @Test
    void text_where_avro_is_expected_is_malformed() {
        assertThatThrownBy(() -> Topics.SIDECARS.codec().decode("{\"a\":1}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("beginning with 0x7b");
    }

    private static Registration registration(Map<String, String> labels) {
        return Registration.newBuilder()
                .setInstance("reviews-v1~1")
                .setWorkload("reviews-v1")
                .setNamespace("default")
                .setLabels(labels)
                .setAddress("127.0.12.1")
                .build();
    }

    private static <T extends SpecificRecord> byte[] encodedAgain(AvroCodec<T> codec, byte[] bytes)
            throws MalformedRecordException {
        return codec.encode(codec.decode(bytes));
    }

    private static byte[] randomBytes(AvroCodec<?> codec, long seed) throws IOException {
        Object value = new RandomData(codec.schema(), 1, seed).iterator().next();
        var out = new ByteArrayOutputStream();
        out.writeBytes(AvroCodec.header(codec.id()));
        var encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new GenericDatumWriter<>(codec.schema()).write(value, encoder);
        return out.toByteArray();
    }

    private static byte[] mutated(byte[] honest, SplittableRandom random) {
        byte[] bytes = honest.clone();
        int at = AvroCodec.HEADER + random.nextInt(Math.max(1, bytes.length - AvroCodec.HEADER));
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(bytes, Math.min(at, bytes.length));
            case 1 -> spliced(bytes, at, GREEDY[random.nextInt(GREEDY.length)]);
            case 2 -> spliced(bytes, at, new byte[random.nextInt(8)]);
            default -> {
                for (int flips = random.nextInt(1, 6); flips > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                yield bytes;
            }
        };
    }

    private static byte[] spliced(byte[] bytes, int at, byte[] part) {
        var out = new ByteArrayOutputStream();
        out.write(bytes, 0, Math.min(at, bytes.length));
        out.writeBytes(part);
        out.write(bytes, Math.min(at, bytes.length), bytes.length - Math.min(at, bytes.length));
        return out.toByteArray();
    }
}
