package dev.meltemi.registry;

/// Confluent's error codes; the first three digits are the HTTP status.
enum RegistryError {
    NO_SUCH_PATH(404),
    BAD_REQUEST(400),
    METHOD_NOT_ALLOWED(405),
    SUBJECT_NOT_FOUND(40401),
    VERSION_NOT_FOUND(40402),
    SCHEMA_NOT_FOUND(40403),
    INVALID_SCHEMA(42201),
    INVALID_VERSION(42202),
    NOT_PERMITTED(42205);

    private final int code;

    RegistryError(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    int status() {
        return code < 1000 ? code : code / 100;
    }
}
