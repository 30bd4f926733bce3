package dev.meltemi.bus;

import dev.meltemi.schemas.Topic;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/// A service that exists once in the mesh and is the only writer of its topics. Waits for the role, takes over the
/// writing, reads everything from the beginning, and works until the role is lost; then waits again.
///
/// ```
///            role given                    read to the end
///  STANDBY ─────────────▶ turn: CATCHING UP ─────────────▶ turn: ACTIVE
///     ▲ ▲                      │      ▲ broker away: a second later, a new turn │
///     │ └──role lost, fenced───┘      └─────────────────────────────────────────┤
///     └──────────────────────────────────────────────────────role lost, fenced──┘
/// ```
///
/// Everything of a service happens on its one thread, so a turn needs no locks. A turn keeps no state for the next:
/// what matters is on the topics.
public final class ActiveService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveService.class);
    private static final Duration LONGEST_GOODBYE = Duration.ofSeconds(10);

    private final Scheduler thread;
    private final AtomicReference<@Nullable TurnRun> inOffice;
    private final Disposable life;
    private final Timings publishing;

    /// What a service is made of.
    ///
    /// @param name of the role and of the fenced writer
    /// @param stages topics to follow; those of a stage are followed once the stage before has caught up
    /// @param tick how often a turn is asked to look at the clock
    /// @param pause before a new turn after a failure
    public record Plan(String name, List<List<Topic<?>>> stages, Duration tick, Duration pause) {
        public Plan {
            stages = stages.stream().map(List::copyOf).toList();
        }
    }

    /// One time in office. Called on the service's thread only; what it throws ends the turn, and
    /// {@link FencedException} also gives up the role. A record that a reader delivers again, because it was sent
    /// back, doesn't come a second time.
    public interface Turn {
        /// Everything that had arrived, in order; at most {@link TurnRun#MOST_EVENTS}.
        void onEvents(List<TopicEvent<?>> events);

        void onTick();

        /// The turn is over: nothing may be written any more.
        void onEnd();
    }

    private ActiveService(
            Scheduler thread, AtomicReference<@Nullable TurnRun> inOffice, Disposable life, Timings publishing) {
        this.thread = thread;
        this.inOffice = inOffice;
        this.life = life;
        this.publishing = publishing;
    }

    /// @param turns begins a turn with the writer that it may use
    public static ActiveService start(MeshBus bus, Plan plan, Function<FencedWriter, Turn> turns) {
        var thread = Schedulers.fromExecutorService(
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name(plan.name()).daemon().factory()),
                plan.name());
        var publishing = new Timings();
        Function<FencedWriter, Turn> timed = writer -> turns.apply(new TimedWriter(writer, publishing));
        // retries on the service's own thread, and sees the broker's absence as a reason to begin again in office
        var inOffice = new AtomicReference<@Nullable TurnRun>();
        Mono<Void> turn = Mono.<Void>create(sink -> {
                    var run = new TurnRun(bus, plan, thread, timed, sink);
                    inOffice.set(run);
                    run.begin();
                })
                .doFinally(_ -> inOffice.set(null))
                .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, plan.pause())
                        .scheduler(thread)
                        .filter(failure -> !(failure instanceof FencedException))
                        .doBeforeRetry(signal -> logEnd(plan, signal.failure())));
        var life = bus.leadership(plan.name())
                .publishOn(thread)
                .distinctUntilChanged()
                .doOnNext(active -> LOG.info("event=role service={} active={}", plan.name(), active))
                .switchMap(active -> active ? turn.flux() : Flux.never())
                .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, plan.pause())
                        .scheduler(thread)
                        .doBeforeRetry(signal -> LOG.warn(
                                "event=stood-down service={} cause={}",
                                plan.name(),
                                signal.failure().toString())))
                .subscribe();
        return new ActiveService(thread, inOffice, life, publishing);
    }

    /// How long its transactions took, since this process began.
    public Timings.Reading publishing() {
        return publishing.reading();
    }

    /// Work that doesn't come from a topic, for the turn in office, on the service's thread. What it throws ends the
    /// turn.
    ///
    /// @return false when nobody is in office here; otherwise it is done unless the turn ends before
    public boolean submit(Consumer<Turn> work) {
        var run = inOffice.get();
        if (run == null) {
            return false;
        }
        thread.schedule(() -> run.work(work));
        return true;
    }

    private static void logEnd(Plan plan, Throwable failure) {
        if (failure instanceof NewTurnException wanted) {
            LOG.info("event=new-turn service={} why=\"{}\"", plan.name(), wanted.getMessage());
        } else {
            LOG.warn("event=turn-failed service={} retryIn={} cause={}", plan.name(), plan.pause(), failure.toString());
        }
    }

    @Override
    public void close() {
        life.dispose();
        thread.disposeGracefully().block(LONGEST_GOODBYE);
    }
}
