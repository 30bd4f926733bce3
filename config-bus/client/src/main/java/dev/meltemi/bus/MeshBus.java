package dev.meltemi.bus;

import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The bus as everybody but its own implementation sees it. `KafkaBus` is the real one, `InMemoryBus` its twin for
/// tests; both pass the same contract tests.
public interface MeshBus extends AutoCloseable {
    /// Does nothing when a broker answers.
    ///
    /// @throws BusException within about 10 s when none does: where, why and what to do next
    void requireReachable();

    /// The state of the topics as of now and everything after it, from one consumer: each partition in order,
    /// `CaughtUp` once for each topic, and again after a `Replaced`. Honours demand; subscribers may block, as they
    /// delay only themselves. Survives a lost broker: it goes on where it stood. Ends with
    /// an error only when a topic doesn't exist or may not be read.
    Flux<TopicEvent<?>> follow(List<Topic<?>> topics);

    /// Like {@link #follow}, without the past: from the end offsets as of now, or from `since` (broker time) when
    /// given.
    Flux<TopicEvent<?>> tail(List<Topic<?>> topics, @Nullable Instant since);

    /// Writes one record and waits until it is durable (acks=all).
    Mono<Offset> publish(Write<?> write);

    /// Takes over the writing of a service's topics: the broker refuses every earlier writer of that name from now
    /// on.
    FencedWriter fencedWriter(String name);

    /// Whether this process is the active one of a service: emits true when it is given the role and false when it
    /// loses it. Waits in the background while another process has it. Cancelling gives the role back. Needs the
    /// `config` topic.
    Flux<Boolean> leadership(String service);

    /// Where the active process of a service runs, for people; empty when nobody has the role, or the bus can't tell.
    default Optional<String> leader(String service) {
        return Optional.empty();
    }

    /// Creates missing topics, and compares those that exist with the catalogue.
    ///
    /// @throws BusException naming each difference and how to mend it, or an unreachable broker
    void ensureTopics(List<Topic<?>> topics);

    /// What the broker says of itself and of these topics.
    ///
    /// @throws BusException when no broker answers
    BusState inspect(List<Topic<?>> topics);

    /// @throws BusException on a bus that keeps none
    default AccessLists accessLists() {
        throw new BusException("this bus has no access lists: whoever reaches it may do everything");
    }

    /// Completes whatever follows this bus, and stands down from every role.
    @Override
    void close();

    /// @param value null writes a tombstone
    record Write<V>(Topic<V> topic, String key, @Nullable V value, Headers headers) {
        public static <V> Write<V> put(Topic<V> topic, String key, V value) {
            return new Write<>(topic, key, value, Headers.NONE);
        }

        public static <V> Write<V> delete(Topic<V> topic, String key) {
            return new Write<>(topic, key, null, Headers.NONE);
        }
    }
}
