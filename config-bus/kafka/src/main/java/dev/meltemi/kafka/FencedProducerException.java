package dev.meltemi.kafka;

/// A newer producer with the same transactional id exists: this one is refused for good.
public final class FencedProducerException extends BrokerException {
    private static final long serialVersionUID = 1L;

    FencedProducerException(String message, Throwable cause) {
        super(message, cause);
    }
}
