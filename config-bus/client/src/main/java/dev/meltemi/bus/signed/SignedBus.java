package dev.meltemi.bus.signed;

import dev.meltemi.bus.AccessLists;
import dev.meltemi.bus.BusState;
import dev.meltemi.bus.FencedWriter;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.RecordSignature;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/// A bus on which the topics that many may write, `workloads` and `sidecars`, carry signatures: what is written
/// there is signed while there is an identity, and what is read from there is handed on only when it is
/// believed. Everything else passes as it is.
///
/// Signatures are required as soon as `mesh.trust` says whom to believe; a mesh without a CA has nobody to ask
/// and takes unsigned records. What isn't believed is as if it had never been sent: its key keeps what was
/// believed before.
public final class SignedBus implements MeshBus {
    private static final Set<String> SIGNED = Set.of(Topics.WORKLOADS.name(), Topics.SIDECARS.name());

    private final MeshBus bus;
    private final Settings settings;
    private final InstantSource clock;
    private final Doubts doubts;
    private final AtomicReference<Instant> lastSigned = new AtomicReference<>(Instant.MIN);

    /// @param identity as which records are signed; null while there is none
    /// @param require whether what is read has to be signed once there is trust
    /// @param reader who says in events that a record was ignored: `admission`
    public record Settings(Supplier<@Nullable Identity> identity, boolean require, String reader) {}

    public SignedBus(MeshBus bus, Settings settings, InstantSource clock) {
        this.bus = bus;
        this.settings = settings;
        this.clock = clock;
        this.doubts = new Doubts(bus, settings.reader(), clock);
    }

    /// For one who only writes.
    public static MeshBus signing(MeshBus bus, Supplier<@Nullable Identity> identity, InstantSource clock) {
        return new SignedBus(bus, new Settings(identity, false, ""), clock);
    }

    /// Records that weren't believed since this process started, by reason.
    public Map<String, Long> ignored() {
        return doubts.counts();
    }

    @Override
    public void requireReachable() {
        bus.requireReachable();
    }

    @Override
    public Flux<TopicEvent<?>> follow(List<Topic<?>> topics) {
        return concerns(topics) ? believed(bus.follow(topics)) : bus.follow(topics);
    }

    @Override
    public Flux<TopicEvent<?>> tail(List<Topic<?>> topics, @Nullable Instant since) {
        return concerns(topics) ? believed(bus.tail(topics, since)) : bus.tail(topics, since);
    }

    private boolean concerns(List<Topic<?>> topics) {
        return settings.require() && topics.stream().anyMatch(SignedBus::isSigned);
    }

    private static boolean isSigned(Topic<?> topic) {
        return SIGNED.contains(topic.name());
    }

    /// Whom to believe is known before the first record is judged.
    private Flux<TopicEvent<?>> believed(Flux<TopicEvent<?>> records) {
        return Flux.defer(() -> {
            var judge = new RecordJudge(settings.identity(), doubts);
            Sinks.Empty<Void> trustKnown = Sinks.empty();
            Flux<TopicEvent<?>> onlyFailures = bus.follow(List.of(Topics.TRUST))
                    .doOnNext(event -> {
                        judge.learn(event);
                        if (event instanceof TopicEvent.CaughtUp<?>) {
                            trustKnown.tryEmitEmpty();
                        }
                    })
                    .filter(event -> false);
            return Flux.merge(
                    onlyFailures, trustKnown.asMono().thenMany(records).filter(judge::believes));
        });
    }

    @Override
    public Mono<Offset> publish(Write<?> write) {
        return Mono.defer(() -> bus.publish(signed(write)));
    }

    @Override
    public FencedWriter fencedWriter(String name) {
        var writer = bus.fencedWriter(name);
        return new FencedWriter() {
            @Override
            public List<Offset> commit(List<Write<?>> first, Function<List<Offset>, List<Write<?>>> then) {
                return writer.commit(signed(first), offsets -> signed(then.apply(offsets)));
            }

            @Override
            public void close() {
                writer.close();
            }
        };
    }

    private List<Write<?>> signed(List<Write<?>> writes) {
        return writes.stream().<Write<?>>map(this::signed).toList();
    }

    private <V> Write<V> signed(Write<V> write) {
        Identity self = settings.identity().get();
        // what its sender has signed is handed on as it is: a registration that is published again after a loss
        boolean signed = write.headers().last(Headers.SIGNATURE).isPresent();
        if (self == null || signed || !isSigned(write.topic())) {
            return write;
        }
        V value = write.value();
        byte[] bytes = value == null ? null : write.topic().codec().encode(value);
        // a clock that is set back makes no record older than the one before it
        Instant now = clock.instant();
        Instant at = lastSigned.updateAndGet(last -> now.isAfter(last) ? now : last);
        var signature = RecordSignature.of(self.credential(), write.topic().name(), write.key(), bytes, at);
        return new Write<>(write.topic(), write.key(), value, with(write.headers(), signature));
    }

    private static Headers with(Headers headers, RecordSignature signature) {
        return headers.with(Headers.SIGNATURE, signature.bytes())
                .with(Headers.SIGNER, signature.signer())
                .with(Headers.SIGNED_AT, Long.toString(signature.at().toEpochMilli()));
    }

    @Override
    public Flux<Boolean> leadership(String service) {
        return bus.leadership(service);
    }

    @Override
    public void ensureTopics(List<Topic<?>> topics) {
        bus.ensureTopics(topics);
    }

    @Override
    public BusState inspect(List<Topic<?>> topics) {
        return bus.inspect(topics);
    }

    @Override
    public AccessLists accessLists() {
        return bus.accessLists();
    }

    @Override
    public void close() {
        bus.close();
    }
}
