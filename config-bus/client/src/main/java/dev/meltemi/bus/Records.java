package dev.meltemi.bus;

import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.MalformedRecordException;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.UnknownSchemaException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What the bytes of a record are to somebody who follows its topic; the same on Kafka and in memory.
final class Records {
    private static final byte[] NOTHING = {};

    private Records() {}

    /// @param learns looks up a schema id that this version doesn't know, and says whether it knows it now
    static <V> TopicEvent<V> event(
            Topic<V> topic,
            byte @Nullable [] key,
            byte @Nullable [] value,
            Headers headers,
            Offset at,
            IntPredicate learns) {
        if (key == null) {
            return new TopicEvent.Poisoned<>(topic, "", orNothing(value), headers, at, "the record has no key");
        }
        String name;
        try {
            name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(key))
                    .toString();
        } catch (CharacterCodingException e) {
            var shown = new String(key, StandardCharsets.UTF_8);
            return new TopicEvent.Poisoned<>(topic, shown, orNothing(value), headers, at, "the key is not UTF-8 text");
        }
        if (value == null) {
            return new TopicEvent.Delete<>(topic, name, headers, at);
        }
        try {
            return new TopicEvent.Put<>(topic, name, decoded(topic, value, learns), value, headers, at);
        } catch (MalformedRecordException e) {
            return new TopicEvent.Poisoned<>(topic, name, value, headers, at, String.valueOf(e.getMessage()));
        }
    }

    private static <V> V decoded(Topic<V> topic, byte[] value, IntPredicate learns) throws MalformedRecordException {
        try {
            return topic.codec().decode(value);
        } catch (UnknownSchemaException e) {
            if (learns.test(e.id())) {
                return topic.codec().decode(value);
            }
            throw e;
        }
    }

    private static byte[] orNothing(byte @Nullable [] value) {
        return value == null ? NOTHING : value;
    }
}
