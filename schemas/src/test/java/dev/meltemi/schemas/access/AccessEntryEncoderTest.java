package dev.meltemi.schemas.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.MalformedRecordException;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.SchemaIds;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.telemetry.AccessEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;

/// Whatever the encoder writes by hand, Avro itself must read.
class AccessEntryEncoderTest {
    private final AccessEntryEncoder encoder = new AccessEntryEncoder("productpage-v1~1795262400000");

    @Test
    void every_value_is_read_back_as_a_current_event() throws MalformedRecordException {
        var entry = Entries.entry(Entries.edge("productpage-v1"), "/reviews/0?a=ü€𝄞", "curl/8.5");

        AccessEvent event = Topics.ACCESS.codec().decode(encoder.encode(entry, 4711));

        assertThat(event).isEqualTo(expected(entry, "curl/8.5"));
    }

    @Test
    void a_reader_that_knows_only_the_registered_schema_reads_the_same_values() throws IOException {
        var entry = Entries.entry(Entries.edge("productpage-v1"), "/", null);

        byte[] value = encoder.encode(entry, 4711);

        assertThat(ByteBuffer.wrap(value).get()).isZero();
        assertThat(ByteBuffer.wrap(value).getInt(1)).isEqualTo(AccessEntryEncoder.SCHEMA_ID);
        BinaryDecoder body = DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null);
        GenericRecord read = new GenericDatumReader<GenericRecord>(registered()).read(null, body);
        assertThat(body.isEnd()).as("nothing follows the record").isTrue();
        AccessEvent expected = expected(entry, "");
        assertThat(registered().getFields())
                .allSatisfy(field -> assertThat(String.valueOf(read.get(field.name())))
                        .as(field.name())
                        .isEqualTo(plain(expected.get(field.name()))));
    }

    @Test
    void numbers_at_the_ends_of_their_range_survive() throws MalformedRecordException {
        var entry = new AccessEntry(
                Entries.edge("x"),
                0,
                Long.MAX_VALUE,
                -1,
                "",
                "",
                "",
                "",
                Integer.MIN_VALUE,
                "-",
                "",
                Long.MIN_VALUE,
                63,
                64,
                "",
                "",
                "",
                null,
                "",
                null,
                "",
                "");

        AccessEvent event = Topics.ACCESS.codec().decode(encoder.encode(entry, Long.MAX_VALUE));

        assertThat(event.getDurationUs()).isEqualTo(Long.MAX_VALUE);
        assertThat(event.getUpstreamFirstByteUs()).isEqualTo(-1);
        assertThat(event.getResponseCode()).isEqualTo(Integer.MIN_VALUE);
        assertThat(event.getRequestBytes()).isEqualTo(Long.MIN_VALUE);
        assertThat(event.getResponseBytes()).isEqualTo(63);
        assertThat(event.getAttempts()).isEqualTo(64);
        assertThat(event.getSequence()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void more_edges_than_are_kept_stay_apart() {
        var edges = IntStream.range(0, 2_000)
                .mapToObj(i -> Entries.edge("caller-" + i))
                .toList();

        var callers = edges.stream()
                .map(edge -> decoded(Entries.entry(edge, "/", null)).getSourceWorkload());

        assertThat(callers)
                .containsExactlyElementsOf(
                        edges.stream().map(edge -> edge.source().workload()).toList());
    }

    private AccessEvent decoded(AccessEntry entry) {
        try {
            return Topics.ACCESS.codec().decode(encoder.encode(entry, 0));
        } catch (MalformedRecordException e) {
            throw new AssertionError(e);
        }
    }

    private static Schema registered() {
        return SchemaIds.all().stream()
                .filter(one -> one.id() == AccessEntryEncoder.SCHEMA_ID)
                .map(one -> new Schema.Parser().parse(one.json()))
                .findFirst()
                .orElseThrow();
    }

    private static String plain(Object value) {
        return value instanceof Instant time
                ? String.valueOf(ChronoUnit.MICROS.between(Instant.EPOCH, time))
                : String.valueOf(value);
    }

    private static AccessEvent expected(AccessEntry entry, String userAgent) {
        Edge edge = entry.edge();
        Revision revision = edge.revision();
        return AccessEvent.newBuilder()
                .setReporter("source")
                .setInstance("productpage-v1~1795262400000")
                .setSourceWorkload("productpage-v1")
                .setSourceWorkloadNamespace("default")
                .setSourcePrincipal("unknown")
                .setSourceApp("productpage")
                .setSourceVersion("v1")
                .setSourceCluster("Kubernetes")
                .setSourceCanonicalService("productpage")
                .setSourceCanonicalRevision("v1")
                .setDestinationWorkload("reviews-v2")
                .setDestinationWorkloadNamespace("default")
                .setDestinationPrincipal("unknown")
                .setDestinationApp("reviews")
                .setDestinationVersion("v2")
                .setDestinationCluster("Kubernetes")
                .setDestinationService("reviews.default.svc.cluster.local")
                .setDestinationServiceName("reviews")
                .setDestinationServiceNamespace("default")
                .setDestinationCanonicalService("reviews")
                .setDestinationCanonicalRevision("v2")
                .setRequestProtocol("http")
                .setConnectionSecurityPolicy("unknown")
                .setRule("VirtualService/default/reviews")
                .setRouteName("default")
                .setUpstreamCluster("outbound|9080|v2|reviews.default.svc.cluster.local")
                .setUpstreamHost("127.0.13.2:9080")
                .setRevisionTopicId(revision.topicId())
                .setRevisionOffset(revision.offset())
                .setRevisionSequence(revision.sequence())
                .setSequence(4711)
                .setStartTime(Instant.EPOCH.plus(entry.startMicros(), ChronoUnit.MICROS))
                .setDurationUs(entry.durationMicros())
                .setUpstreamFirstByteUs(entry.upstreamFirstByteMicros())
                .setMethod("GET")
                .setPath(entry.path())
                .setAuthority("reviews:9080")
                .setProtocol("HTTP/1.1")
                .setResponseCode(200)
                .setResponseFlags("-")
                .setResponseCodeDetails("via_upstream")
                .setRequestBytes(412)
                .setResponseBytes(709)
                .setAttempts(1)
                .setFault("")
                .setTraceId(entry.traceId())
                .setSpanId(entry.spanId())
                .setParentSpanId("")
                .setRequestId(entry.requestId())
                .setUserAgent(userAgent)
                .setDownstreamRemoteAddress(entry.downstreamRemoteAddress())
                .setDownstreamLocalAddress(entry.downstreamLocalAddress())
                .setGrpcStatus("")
                .build();
    }
}
