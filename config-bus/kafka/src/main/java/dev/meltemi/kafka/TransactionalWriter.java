package dev.meltemi.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/// A producer with a fixed transactional id: the broker refuses every earlier producer with that id (KIP-98). Each
/// commit is one transaction.
public final class TransactionalWriter implements AutoCloseable {
    private final BrokerConnection connection;
    private final String name;
    private final KafkaProducer<byte[], byte[]> producer;
    /// Why it can't write any more.
    private @Nullable BrokerException broken;

    private TransactionalWriter(BrokerConnection connection, String name, KafkaProducer<byte[], byte[]> producer) {
        this.connection = connection;
        this.name = name;
        this.producer = producer;
    }

    /// Fences every earlier writer of that name.
    ///
    /// @throws BrokerException when no broker answers
    public static TransactionalWriter open(BrokerConnection connection, String name) {
        var producer = connection.transactional(name);
        try {
            producer.initTransactions();
            return new TransactionalWriter(connection, name, producer);
        } catch (KafkaException e) {
            producer.close(Duration.ZERO);
            throw connection.failure("taking over as writer " + name, e);
        }
    }

    /// Writes `first` and what `then` makes of where those stand; returns where all of them stand.
    ///
    /// @throws FencedProducerException when a newer writer of this name exists
    /// @throws BrokerException when nothing was written, or when it isn't known; the message says which
    public synchronized List<RecordMetadata> commit(
            List<ProducerRecord<byte[], byte[]>> first,
            Function<List<RecordMetadata>, List<ProducerRecord<byte[], byte[]>>> then) {
        if (broken != null) {
            throw broken;
        }
        var written = new ArrayList<RecordMetadata>();
        try {
            producer.beginTransaction();
            written.addAll(send(first));
            written.addAll(send(then.apply(List.copyOf(written))));
        } catch (KafkaException e) {
            throw aborted(e);
        } catch (RuntimeException e) {
            abort(); // `then` failed: nothing of it becomes visible
            throw e;
        }
        try {
            producer.commitTransaction();
            return written;
        } catch (KafkaException e) {
            throw uncertain(e);
        }
    }

    private List<RecordMetadata> send(List<ProducerRecord<byte[], byte[]>> records) {
        var sent = new ArrayList<Future<RecordMetadata>>(records.size());
        for (var record : records) {
            sent.add(producer.send(record));
        }
        producer.flush();
        var written = new ArrayList<RecordMetadata>(sent.size());
        for (var future : sent) {
            written.add(result(future));
        }
        return written;
    }

    private static RecordMetadata result(Future<RecordMetadata> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException told ? told : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }

    private BrokerException aborted(KafkaException e) {
        if (isFenced(e)) {
            return fenced(e);
        }
        var failure = connection.failure("writing as " + name + " (nothing was written)", e);
        abort();
        return failure;
    }

    private void abort() {
        try {
            producer.abortTransaction();
        } catch (KafkaException e) {
            broken = isFenced(e)
                    ? fenced(e)
                    : connection.failure("giving up a transaction of " + name + " (open the writer again)", e);
        }
    }

    private BrokerException uncertain(KafkaException e) {
        if (isFenced(e)) {
            return fenced(e);
        }
        broken = connection.failure(
                "committing as " + name + " (it isn't known whether it was written: open the writer again, and read"
                        + " before writing)",
                e);
        return broken;
    }

    private BrokerException fenced(KafkaException e) {
        broken = new FencedProducerException(
                "writer " + name + " at " + connection.settings().bootstrapServers()
                        + " was superseded by a newer one of that name: another process is active now; this one must"
                        + " not write any more",
                e);
        return broken;
    }

    private static boolean isFenced(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException || cause instanceof InvalidProducerEpochException) {
                return true;
            }
        }
        return false;
    }

    @Override
    public synchronized void close() {
        broken = new BrokerException("writer " + name + " is closed");
        producer.close(Duration.ofSeconds(1));
    }
}
