package dev.meltemi.schemas;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// One line of JSON; readers ignore fields that they don't know.
final class JsonCodec<T> implements Codec<T> {
    /// Made by who uses it: a sidecar knows the topics, and reads none that is JSON.
    private static final class Mapper {
        private static final JsonMapper MAPPER = JsonMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }

    private final Class<T> type;

    JsonCodec(Class<T> type) {
        this.type = type;
    }

    @Override
    public byte[] encode(T value) {
        return Mapper.MAPPER.writeValueAsBytes(value);
    }

    @Override
    public T decode(byte[] bytes) throws MalformedRecordException {
        try {
            T value = Mapper.MAPPER.readValue(bytes, type);
            if (value == null) {
                throw new MalformedRecordException("JSON null is not a " + type.getSimpleName());
            }
            return value;
        } catch (JacksonException | NullPointerException e) {
            throw new MalformedRecordException("not a " + type.getSimpleName() + " as JSON: " + e.getMessage(), e);
        }
    }
}
