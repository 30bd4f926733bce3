package dev.meltemi.registry;

import tools.jackson.databind.json.JsonMapper;

/// An HTTP answer in Confluent's shapes.
record Answer(int status, String body) {
    private static final JsonMapper JSON = new JsonMapper();

    static Answer ok(Object value) {
        return new Answer(200, JSON.writeValueAsString(value));
    }

    /// JSON text as it is.
    static Answer text(String json) {
        return new Answer(200, json);
    }

    static Answer error(RegistryError code, String message) {
        return new Answer(code.status(), JSON.writeValueAsString(new ErrorBody(code.code(), message)));
    }

    @SuppressWarnings("checkstyle:names") // Confluent's field names
    private record ErrorBody(int error_code, String message) {}
}
