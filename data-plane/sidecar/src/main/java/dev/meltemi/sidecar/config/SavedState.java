package dev.meltemi.sidecar.config;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.MalformedRecordException;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;

/// What a sidecar ran, as bytes: a head, the records, and SHA-256 over all before it.
///
/// @param writtenAt by this machine's clock, which also judges its age
record SavedState(Instant writtenAt, Revision revision, List<SavedRecord> records) {
    private static final int MAGIC = 0x4d4c4b31;
    private static final int DIGEST_BYTES = 32;

    byte[] bytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeLong(writtenAt.toEpochMilli());
            out.writeUTF(revision.topicId());
            out.writeLong(revision.offset());
            out.writeLong(revision.sequence());
            out.writeInt(records.size());
            for (var record : records) {
                out.writeUTF(record.topic());
                out.writeUTF(record.key());
                out.writeInt(record.raw().length);
                out.write(record.raw());
            }
            out.flush();
            bytes.writeBytes(sha256(bytes.toByteArray()));
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /// @throws IOException saying what is wrong with the bytes
    static SavedState parse(byte[] bytes) throws IOException {
        int length = bytes.length - DIGEST_BYTES;
        if (length < Integer.BYTES) {
            throw new IOException("truncated: " + bytes.length + " bytes");
        }
        byte[] body = Arrays.copyOf(bytes, length);
        if (!MessageDigest.isEqual(sha256(body), Arrays.copyOfRange(bytes, length, bytes.length))) {
            throw new IOException("damaged: its digest doesn't agree");
        }
        var in = new DataInputStream(new ByteArrayInputStream(body));
        if (in.readInt() != MAGIC) {
            throw new IOException("of another version");
        }
        var writtenAt = Instant.ofEpochMilli(in.readLong());
        var revision = new Revision(in.readUTF(), in.readLong(), in.readLong());
        int count = in.readInt();
        var records = new ArrayList<SavedRecord>();
        for (int i = 0; i < count; i++) {
            records.add(new SavedRecord(in.readUTF(), in.readUTF(), in.readNBytes(in.readInt())));
        }
        return new SavedState(writtenAt, revision, records);
    }

    /// @throws MalformedRecordException when a record was written by a version that this one can't read
    Compiled compiled() throws MalformedRecordException {
        var routes = new HashMap<String, ServiceRoutes>();
        var gateways = new HashMap<String, GatewayRoutes>();
        var endpoints = new HashMap<String, ServiceEndpoint>();
        for (var record : records) {
            if (record.topic().equals(Topics.ROUTES.name())) {
                routes.put(record.key(), Topics.ROUTES.codec().decode(record.raw()));
            } else if (record.topic().equals(Topics.GATEWAYS.name())) {
                gateways.put(record.key(), Topics.GATEWAYS.codec().decode(record.raw()));
            } else if (record.topic().equals(Topics.ENDPOINTS.name())) {
                endpoints.put(record.key(), Topics.ENDPOINTS.codec().decode(record.raw()));
            }
        }
        return new Compiled(routes, gateways, endpoints);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
