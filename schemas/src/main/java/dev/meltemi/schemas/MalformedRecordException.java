package dev.meltemi.schemas;

/// The bytes of a record don't say what their topic's codec reads. The message says what was found and what was
/// expected.
public sealed class MalformedRecordException extends Exception permits UnknownSchemaException {
    private static final long serialVersionUID = 1L;

    public MalformedRecordException(String message) {
        super(message);
    }

    public MalformedRecordException(String message, Throwable cause) {
        super(message, cause);
    }
}
