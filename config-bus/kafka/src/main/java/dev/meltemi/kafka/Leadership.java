package dev.meltemi.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.scheduler.Schedulers;

/// Which of several processes is the active one: the one to which a consumer group gives the only partition of a
/// topic. It says who should write; that nobody else can is the fenced writer's part.
public final class Leadership implements Runnable, ConsumerRebalanceListener {
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final long BACKOFF_MS = 1_000;

    private final BrokerConnection connection;
    private final String topic;
    private final String group;
    private final FluxSink<Boolean> sink;
    private boolean leads;
    private volatile boolean stopped;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;

    private Leadership(BrokerConnection connection, String topic, String group, FluxSink<Boolean> sink) {
        this.connection = connection;
        this.topic = topic;
        this.group = group;
        this.sink = sink;
    }

    /// True whenever the role is given to this process, false whenever it is lost; cancelling gives it back at once.
    ///
    /// @param topic with one partition
    public static Flux<Boolean> of(BrokerConnection connection, String topic, String group) {
        return Flux.<Boolean>create(sink -> {
                    var candidate = new Leadership(connection, topic, group, sink);
                    sink.onDispose(candidate::stop);
                    Thread.ofPlatform().daemon().name("bus-leadership-" + group).start(candidate);
                })
                .publishOn(Schedulers.boundedElastic()); // a subscriber that blocks must not keep us from heartbeats
    }

    @Override
    public void run() {
        while (!stopped) {
            try (var made = connection.candidate(group)) {
                consumer = made;
                made.subscribe(List.of(topic), this);
                while (!stopped) {
                    made.poll(POLL);
                }
            } catch (WakeupException e) {
                // only stop() wakes: the loop's condition ends it
            } catch (KafkaException | BrokerException e) {
                connection.outage().begins(String.valueOf(e.getMessage()));
                tell(false);
                LockSupport.parkNanos(this, Duration.ofMillis(BACKOFF_MS).toNanos());
            } finally {
                consumer = null;
            }
        }
        tell(false);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        var current = consumer;
        if (!partitions.isEmpty() && current != null) {
            current.pause(partitions); // the role is wanted, not the records
            tell(true);
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        if (!partitions.isEmpty()) {
            tell(false);
        }
    }

    private void tell(boolean now) {
        if (now != leads) {
            leads = now;
            sink.next(now);
        }
    }

    private void stop() {
        stopped = true;
        var current = consumer;
        if (current != null) {
            current.wakeup();
        }
    }
}
