package dev.meltemi.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/// One thread that owns one consumer and hands on what it reads, as fast as it is asked for and no faster: without
/// demand it polls nothing, so nothing piles up. A lost broker is waited for.
public final class LogReader implements Runnable {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long QUICK_FAILURE_PAUSE_MS = 20;
    private static final long FIRST_BACKOFF_MS = 100;
    private static final long LONGEST_BACKOFF_MS = 2_000;
    /// How often a quiet topic's readers are told that it is still quiet, as long as the broker says so.
    private static final long CONFIRM_NANOS = Duration.ofSeconds(5).toNanos();
    private static final String FETCHES_ANSWERED = "fetch-total";

    private final BrokerConnection connection;
    private final List<String> topics;
    private final ReadPositions positions;
    private final FluxSink<LogEvent> sink;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;

    private LogReader(BrokerConnection connection, List<String> topics, StartAt start, FluxSink<LogEvent> sink) {
        this.connection = connection;
        this.topics = topics;
        this.positions = new ReadPositions(start);
        this.sink = sink;
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("bus-reader-" + connection.settings().clientId())
                .unstarted(this);
    }

    /// Events in the order of each partition, on a thread of their own: subscribers may block it, and so delay only
    /// themselves. Fails when a topic doesn't exist at the start, or may not be read.
    public static Flux<LogEvent> read(BrokerConnection connection, List<String> topics, StartAt start) {
        return Flux.create(
                sink -> {
                    var reader = new LogReader(connection, topics, start, sink);
                    sink.onRequest(_ -> LockSupport.unpark(reader.thread));
                    sink.onDispose(reader::stop);
                    reader.thread.start();
                },
                FluxSink.OverflowStrategy.ERROR);
    }

    @Override
    public void run() {
        long backoff = FIRST_BACKOFF_MS;
        while (!stopped) {
            try (var made = connection.follower()) {
                consumer = made;
                while (!stopped) {
                    session(made);
                    backoff = FIRST_BACKOFF_MS;
                }
            } catch (WakeupException | StoppedException e) {
                // only stop() wakes: the loop's condition ends it
            } catch (KafkaException | BrokerException e) {
                if (stopped || isFinal(e)) {
                    sink.error(connection.failure("reading " + String.join(", ", topics), cause(e)));
                    return;
                }
                connection.outage().begins(String.valueOf(e.getMessage()));
                pause(backoff / 2 + ThreadLocalRandom.current().nextLong(backoff / 2 + 1));
                backoff = Math.min(LONGEST_BACKOFF_MS, backoff * 2);
            } catch (RuntimeException | OutOfMemoryError e) {
                // nobody would notice that this thread is gone; who follows is told, and begins again
                sink.error(e);
                return;
            } finally {
                consumer = null;
            }
        }
    }

    /// Reads until the topics turn out not to be the ones that it began with, or an offset no longer exists.
    private void session(KafkaConsumer<byte[], byte[]> from) {
        adopt(connection.describe(topics));
        positions.seek(from);
        announceCaughtUp();
        var check = new TopicCheck();
        var answers = new Answers(from);
        try {
            while (!stopped && check.same()) {
                awaitDemand();
                long asked = System.nanoTime();
                for (var record : from.poll(POLL)) {
                    emit(new LogEvent.Appended(record.topic(), positions.topicId(record.topic()), record));
                }
                var moved = positions.advance(from);
                for (var topic : moved) {
                    emit(new LogEvent.Advanced(topic, positions.topicId(topic), positions.of(topic)));
                }
                announceCaughtUp();
                if (answers.confirm()) {
                    confirm();
                }
                if (moved.isEmpty() && System.nanoTime() - asked < POLL.toNanos() / 2) {
                    pause(QUICK_FAILURE_PAUSE_MS); // a deleted topic is answered at once, a thousand times a second
                }
            }
        } catch (OffsetOutOfRangeException e) {
            // retention overtook a slow reader, or the topic is another one: the next session finds out which
            positions.forget(e.offsetOutOfRangePartitions().keySet());
        }
    }

    private void adopt(Map<String, TopicDescription> found) {
        for (var topic : topics) {
            var description = Objects.requireNonNull(found.get(topic), topic);
            var before = positions.adopt(
                    topic,
                    description.topicId().toString(),
                    description.partitions().size());
            if (before != null) {
                emit(new LogEvent.Replaced(topic, before, positions.topicId(topic)));
            }
        }
    }

    private void announceCaughtUp() {
        for (var topic : positions.newlyCaughtUp()) {
            emit(new LogEvent.CaughtUp(topic, positions.topicId(topic)));
        }
    }

    private void confirm() {
        for (var topic : topics) {
            emit(new LogEvent.Advanced(topic, positions.topicId(topic), positions.of(topic)));
        }
    }

    private void emit(LogEvent event) {
        awaitDemand();
        sink.next(event);
    }

    private void awaitDemand() {
        while (sink.requestedFromDownstream() == 0) {
            if (stopped) {
                throw new StoppedException();
            }
            LockSupport.park(this);
        }
        if (stopped) {
            throw new StoppedException();
        }
    }

    private void stop() {
        stopped = true;
        LockSupport.unpark(thread);
        var current = consumer;
        if (current != null) {
            current.wakeup();
        }
    }

    private void pause(long millis) {
        long until = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        while (!stopped && System.nanoTime() < until) {
            LockSupport.parkNanos(this, until - System.nanoTime());
        }
    }

    private boolean isFinal(RuntimeException e) {
        var cause = cause(e);
        return cause instanceof AuthorizationException
                || (cause instanceof UnknownTopicOrPartitionException && positions.isEmpty());
    }

    private static Throwable cause(RuntimeException e) {
        return e instanceof BrokerException && e.getCause() != null ? e.getCause() : e;
    }

    /// Asks now and then, without waiting for the answer, whether the topics still have the ids that we read: a topic
    /// that was deleted and created again would otherwise go on under the old offsets without a word.
    private final class TopicCheck {
        private long next =
                System.nanoTime() + connection.settings().topicCheck().toNanos();
        private @Nullable KafkaFuture<Map<String, TopicDescription>> asked;

        boolean same() {
            if (asked == null) {
                if (System.nanoTime() >= next) {
                    asked = connection.describing(topics);
                }
                return true;
            }
            if (!asked.isDone()) {
                return true;
            }
            boolean same = answered(asked);
            asked = null;
            next = System.nanoTime() + connection.settings().topicCheck().toNanos();
            return same;
        }

        private boolean answered(KafkaFuture<Map<String, TopicDescription>> answer) {
            try {
                var now = answer.getNow(Map.of());
                connection.outage().ends();
                return now.values().stream()
                        .allMatch(topic -> positions
                                .topicId(topic.name())
                                .equals(topic.topicId().toString()));
            } catch (Exception e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) { // between deletion and creation
                    connection.outage().begins(String.valueOf(e.getMessage()));
                }
                return true;
            }
        }
    }

    /// Whether the broker goes on answering this consumer. A poll that returns nothing doesn't tell a quiet topic
    /// from a dead or frozen broker; the count of answered fetches does: an idle one is answered twice a second.
    private static final class Answers {
        private final KafkaConsumer<byte[], byte[]> from;
        private long next = System.nanoTime() + CONFIRM_NANOS;
        private double counted;

        Answers(KafkaConsumer<byte[], byte[]> from) {
            this.from = from;
            this.counted = count();
        }

        /// @return true when it is time to say so, and fetches were answered since it was said before
        boolean confirm() {
            if (System.nanoTime() - next < 0) {
                return false;
            }
            next = System.nanoTime() + CONFIRM_NANOS;
            double now = count();
            boolean more = now > counted;
            counted = now;
            return more;
        }

        private double count() {
            return from.metrics().entrySet().stream()
                    .filter(metric -> metric.getKey().name().equals(FETCHES_ANSWERED))
                    .mapToDouble(metric ->
                            metric.getValue().metricValue() instanceof Number number ? number.doubleValue() : 0)
                    .sum();
        }
    }

    private static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoppedException() {
            super("stopped", null, false, false);
        }
    }
}
