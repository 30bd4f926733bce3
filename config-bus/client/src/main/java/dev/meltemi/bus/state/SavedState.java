package dev.meltemi.bus.state;

import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Revision;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a process knew, as bytes: a head, the records, and SHA-256 over all before it.
///
/// @param writtenAt by this machine's clock, which also judges its age
/// @param revision whose records they are
/// @param topicIds of the topics that they stood on, by name without the mesh's prefix; those that matter to the writer
public record SavedState(
        Instant writtenAt, Revision revision, Map<String, String> topicIds, List<SavedRecord> records) {
    private static final int MAGIC = 0x4d4c4b32;
    /// Of the first release, without topic ids and headers.
    private static final int MAGIC_WITHOUT_HEADERS = 0x4d4c4b31;

    private static final int DIGEST_BYTES = 32;

    public SavedState {
        topicIds = Map.copyOf(topicIds);
        records = List.copyOf(records);
    }

    /// @throws IOException when it can't be read, or saying what is wrong with its bytes
    public static SavedState read(Path file) throws IOException {
        return parse(Files.readAllBytes(file));
    }

    byte[] bytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeLong(writtenAt.toEpochMilli());
            out.writeUTF(revision.topicId());
            out.writeLong(revision.offset());
            out.writeLong(revision.sequence());
            out.writeInt(topicIds.size());
            for (var topic : topicIds.entrySet()) {
                out.writeUTF(topic.getKey());
                out.writeUTF(topic.getValue());
            }
            out.writeInt(records.size());
            for (var record : records) {
                out.writeUTF(record.topic());
                out.writeUTF(record.key());
                writeBytes(out, record.raw());
                out.writeInt(record.headers().all().size());
                for (var header : record.headers().all()) {
                    out.writeUTF(header.name());
                    writeBytes(out, header.value());
                }
            }
            out.flush();
            bytes.writeBytes(sha256(bytes.toByteArray()));
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
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
        int magic = in.readInt();
        if (magic != MAGIC && magic != MAGIC_WITHOUT_HEADERS) {
            throw new IOException("of another version");
        }
        var writtenAt = Instant.ofEpochMilli(in.readLong());
        var revision = new Revision(in.readUTF(), in.readLong(), in.readLong());
        var topicIds = magic == MAGIC ? topicIds(in) : Map.<String, String>of();
        int count = in.readInt();
        var records = new ArrayList<SavedRecord>();
        for (int i = 0; i < count; i++) {
            records.add(new SavedRecord(
                    in.readUTF(), in.readUTF(), readBytes(in), magic == MAGIC ? headers(in) : Headers.NONE));
        }
        return new SavedState(writtenAt, revision, topicIds, records);
    }

    private static Map<String, String> topicIds(DataInputStream in) throws IOException {
        int count = in.readInt();
        var topicIds = new HashMap<String, String>();
        for (int i = 0; i < count; i++) {
            topicIds.put(in.readUTF(), in.readUTF());
        }
        return topicIds;
    }

    private static Headers headers(DataInputStream in) throws IOException {
        int count = in.readInt();
        var headers = new ArrayList<Headers.Header>();
        for (int i = 0; i < count; i++) {
            headers.add(new Headers.Header(in.readUTF(), readBytes(in)));
        }
        return new Headers(headers);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
