package dev.meltemi.kafka;

/// A broker refused, or didn't answer; the message says what, where, why and what to do next.
public class BrokerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BrokerException(String message) {
        super(message);
    }

    public BrokerException(String message, Throwable cause) {
        super(message, cause);
    }
}
