package dev.meltemi.admission;

import dev.meltemi.schemas.ConfigStatus.Message;
import dev.meltemi.schemas.Headers;

/// What `mesh.config.rejected` adds to a record that it keeps as it was. The second half has the names that Kafka
/// Connect gives to its dead letters (KIP-298), so that tools made for those work.
final class ErrorHeaders {
    static final String CODE = "mesh.error.code";
    static final String MESSAGE = "mesh.error.message";
    static final String TOPIC = "mesh.error.topic";
    static final String PARTITION = "mesh.error.partition";
    static final String OFFSET = "mesh.error.offset";
    static final String TIME = "mesh.error.time";
    private static final String CONNECT = "__connect.errors.";

    private ErrorHeaders() {}

    static Headers added(Submission submission, Message error, String configTopic) {
        var at = submission.at();
        var partition = Integer.toString(at.partition());
        var offset = Long.toString(at.number());
        var message = "line %d, column %d: %s".formatted(error.line(), error.col(), error.text());
        return submission
                .headers()
                .with(CODE, error.code())
                .with(MESSAGE, message)
                .with(TOPIC, configTopic)
                .with(PARTITION, partition)
                .with(OFFSET, offset)
                .with(TIME, at.brokerTime().toString())
                .with(CONNECT + "topic", configTopic)
                .with(CONNECT + "partition", partition)
                .with(CONNECT + "offset", offset)
                .with(CONNECT + "exception.message", error.code() + " " + message);
    }
}
