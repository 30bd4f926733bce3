package dev.meltemi.schemas.access;

import dev.meltemi.schemas.SchemaIds;
import java.util.IdentityHashMap;

/// Writes access entries as values of `mesh.telemetry.access`: Avro in the Confluent wire format, written by hand
/// because it happens once for every request. The fields that an edge fixes come first in the schema; they are
/// encoded once for each edge. Not for several threads at a time.
public final class AccessEntryEncoder {
    /// Schema of `telemetry.access`; a test holds the order of fields here against it.
    public static final int SCHEMA_ID = SchemaIds.ACCESS_EVENT;

    /// About 700 bytes each; when the table changes, the edges of the old one go with the next clearing.
    private static final int MOST_EDGES = 512;

    private final String instance;
    private final IdentityHashMap<Edge, byte[]> heads = new IdentityHashMap<>();
    private final AvroBuffer out = new AvroBuffer();

    /// @param instance id of the instance that saw the requests
    public AccessEntryEncoder(String instance) {
        this.instance = instance;
    }

    /// @param sequence numbers the entries of this instance without holes
    /// @return a new array, as long as the value
    public byte[] encode(AccessEntry entry, long sequence) {
        out.clear();
        out.raw(head(entry.edge()));
        out.number(sequence);
        out.number(entry.startMicros());
        out.number(entry.durationMicros());
        out.number(entry.upstreamFirstByteMicros());
        out.text(entry.method());
        out.text(entry.path());
        out.text(entry.authority());
        out.text(entry.protocol());
        out.number(entry.responseCode());
        out.text(entry.responseFlags());
        out.text(entry.responseCodeDetails());
        out.number(entry.requestBytes());
        out.number(entry.responseBytes());
        out.number(entry.attempts());
        out.text(entry.fault());
        out.text(entry.traceId());
        out.text(entry.spanId());
        out.text(entry.parentSpanId());
        out.text(entry.requestId());
        out.text(entry.userAgent());
        out.text(entry.downstreamRemoteAddress());
        out.text(entry.downstreamLocalAddress());
        out.text(entry.grpcStatus());
        out.text("\n"); // line_end
        return out.toBytes();
    }

    private byte[] head(Edge edge) {
        byte[] known = heads.get(edge);
        if (known != null) {
            return known;
        }
        if (heads.size() >= MOST_EDGES) {
            heads.clear();
        }
        byte[] made = headOf(edge);
        heads.put(edge, made);
        return made;
    }

    private byte[] headOf(Edge edge) {
        var head = new AvroBuffer();
        head.schema(SCHEMA_ID);
        head.text(edge.reporter().name());
        head.text(instance);
        side(head, edge.source());
        head.text(edge.source().canonicalService());
        head.text(edge.source().canonicalRevision());
        side(head, edge.destination());
        head.text(edge.service().host());
        head.text(edge.service().name());
        head.text(edge.service().namespace());
        head.text(edge.destination().canonicalService());
        head.text(edge.destination().canonicalRevision());
        head.text(edge.way().requestProtocol());
        head.text(edge.way().connectionSecurityPolicy());
        head.text(edge.way().rule());
        head.text(edge.way().routeName());
        head.text(edge.way().upstreamCluster());
        head.text(edge.way().upstreamHost());
        head.text(edge.revision().topicId());
        head.number(edge.revision().offset());
        head.number(edge.revision().sequence());
        return head.toBytes();
    }

    private static void side(AvroBuffer head, WorkloadLabels side) {
        head.text(side.workload());
        head.text(side.namespace());
        head.text(side.principal());
        head.text(side.app());
        head.text(side.version());
        head.text(side.cluster());
    }
}
