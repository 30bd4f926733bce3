package dev.meltemi.bus;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.kafka.BrokerConnection;
import dev.meltemi.kafka.BrokerException;
import dev.meltemi.kafka.FencedProducerException;
import dev.meltemi.kafka.TransactionalWriter;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/// A Kafka transaction for each commit, under the transactional id prefix + name.
final class KafkaFencedWriter implements FencedWriter {
    private final TransactionalWriter writer;
    private final String prefix;
    private final TopicIds topicIds;

    private KafkaFencedWriter(TransactionalWriter writer, String prefix, TopicIds topicIds) {
        this.writer = writer;
        this.prefix = prefix;
        this.topicIds = topicIds;
    }

    static KafkaFencedWriter open(BrokerConnection connection, String name, TopicIds topicIds) {
        var prefix = connection.settings().prefix();
        return new KafkaFencedWriter(TransactionalWriter.open(connection, prefix + name), prefix, topicIds);
    }

    @Override
    public List<Offset> commit(List<Write<?>> first, Function<List<Offset>, List<Write<?>>> then) {
        try {
            return offsets(writer.commit(records(first), written -> records(then.apply(offsets(written)))));
        } catch (FencedProducerException e) {
            throw new FencedException(String.valueOf(e.getMessage()), e);
        } catch (BrokerException e) {
            throw KafkaBus.busException(e);
        }
    }

    private List<ProducerRecord<byte[], byte[]>> records(List<Write<?>> writes) {
        return writes.stream()
                .<ProducerRecord<byte[], byte[]>>map(write -> KafkaRecords.record(write, prefix))
                .toList();
    }

    private List<Offset> offsets(List<RecordMetadata> written) {
        return written.stream()
                .map(one -> KafkaRecords.offset(one, topicIds.of(one.topic())))
                .toList();
    }

    @Override
    public void close() {
        writer.close();
    }
}
