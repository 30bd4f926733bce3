package dev.meltemi.schemas;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Headers of a record, in order; names may repeat. Names that the mesh gives meaning are constants here.
public record Headers(List<Header> all) {
    /// Offset that the writer believes to be the newest of this key; admission refuses the record when it isn't.
    public static final String IF_VERSION = "mesh-if-version";
    /// Who claims to have written a document, and why.
    public static final String AUTHOR = "mesh-author";
    public static final String REASON = "mesh-reason";
    /// On `config.accepted`: the offset on `config`, and the offset at which the document first appeared
    /// ("oldest wins" survives compaction).
    public static final String CONFIG_OFFSET = "mesh-config-offset";
    public static final String CONFIG_TOPIC_ID = "mesh-config-topic-id";
    public static final String CREATED_SEQUENCE = "mesh-created-sequence";
    /// On records that many may write: the sender's signature over topic, key, value and time, its leaf (DER, with
    /// intermediates), and the time in ms since the epoch at which it signed.
    public static final String SIGNATURE = "mesh-signature";
    public static final String SIGNER = "mesh-signer";
    public static final String SIGNED_AT = "mesh-signed-at";

    public static final Headers NONE = new Headers(List.of());

    /// The value's bytes are shared, not copied: nobody writes to them.
    @SuppressWarnings("ArrayRecordComponent")
    public record Header(String name, byte[] value) {
        public String text() {
            return new String(value, StandardCharsets.UTF_8);
        }
    }

    public Headers {
        all = List.copyOf(all);
    }

    public Headers with(String name, String value) {
        return with(name, value.getBytes(StandardCharsets.UTF_8));
    }

    public Headers with(String name, byte[] value) {
        var more = new ArrayList<>(all);
        more.add(new Header(name, value));
        return new Headers(more);
    }

    /// The last of that name, as Kafka reads headers.
    public Optional<String> last(String name) {
        return lastBytes(name).map(value -> new String(value, StandardCharsets.UTF_8));
    }

    public Optional<byte[]> lastBytes(String name) {
        return all.reversed().stream()
                .filter(h -> h.name().equals(name))
                .findFirst()
                .map(Header::value);
    }
}
