package dev.meltemi.bus;

import dev.meltemi.bus.ActiveService.Plan;
import dev.meltemi.bus.ActiveService.Turn;
import dev.meltemi.schemas.Topic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/// Carries one turn: opens the writer, follows the stages, hands over what has arrived in one piece, ticks.
///
/// A piece is what arrived while the piece before was being worked on: an idle service answers one record at once, a
/// busy one takes many in one transaction, and no timer stands between.
final class TurnRun {
    /// Bounds memory and the size of a transaction; the bus is asked for more only when these are done.
    static final int MOST_EVENTS = 512;

    private final MeshBus bus;
    private final Plan plan;
    private final Scheduler thread;
    private final Function<FencedWriter, Turn> turns;
    private final MonoSink<Void> sink;
    private final Disposable.Composite subscriptions = Disposables.composite();
    private final List<TopicEvent<?>> arrived = new ArrayList<>();
    private final List<Arrivals> following = new ArrayList<>();
    private final Set<Topic<?>> behind = new HashSet<>();
    private final Replays replays = new Replays();
    private int nextStage;
    private @Nullable FencedWriter writer;
    private @Nullable Turn turn;

    TurnRun(MeshBus bus, Plan plan, Scheduler thread, Function<FencedWriter, Turn> turns, MonoSink<Void> sink) {
        this.bus = bus;
        this.plan = plan;
        this.thread = thread;
        this.turns = turns;
        this.sink = sink;
    }

    /// On the service's thread, as everything here.
    void begin() {
        sink.onDispose(() -> {
            subscriptions.dispose();
            thread.schedule(this::end);
        });
        safely(() -> {
            writer = bus.fencedWriter(plan.name());
            turn = turns.apply(writer);
            long tick = plan.tick().toMillis();
            subscriptions.add(thread.schedulePeriodically(
                    () -> safely(() -> required(turn).onTick()), tick, tick, TimeUnit.MILLISECONDS));
            followNextStage();
        });
    }

    private void followNextStage() {
        if (nextStage < plan.stages().size()) {
            var topics = plan.stages().get(nextStage++);
            behind.addAll(topics);
            var arrivals = new Arrivals();
            following.add(arrivals);
            subscriptions.add(arrivals);
            bus.follow(topics).publishOn(thread, MOST_EVENTS).subscribe(arrivals);
        }
    }

    private void hand() {
        var events = List.copyOf(arrived);
        arrived.clear();
        safely(() -> {
            required(turn).onEvents(events);
            for (var event : events) {
                if (event instanceof TopicEvent.CaughtUp<?> caughtUp && behind.remove(caughtUp.topic())) {
                    if (behind.isEmpty()) {
                        followNextStage();
                    }
                }
            }
            following.forEach(Arrivals::more);
        });
    }

    void work(Consumer<Turn> work) {
        safely(() -> work.accept(required(turn)));
    }

    private void end() {
        if (turn != null) {
            turn.onEnd();
            turn = null;
        }
        if (writer != null) {
            writer.close();
            writer = null;
        }
    }

    /// A turn that failed does nothing more, also not what was already on its way.
    private void safely(Runnable work) {
        if (subscriptions.isDisposed()) {
            return;
        }
        try {
            work.run();
        } catch (RuntimeException | Error failure) {
            subscriptions.dispose();
            sink.error(failure);
        }
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the turn has ended");
        }
        return value;
    }

    private final class Arrivals extends BaseSubscriber<TopicEvent<?>> {
        private int unanswered;

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(MOST_EVENTS);
        }

        @Override
        protected void hookOnNext(TopicEvent<?> event) {
            if (unanswered == 0) {
                // runs when this thread has taken in everything that is there
                thread.schedule(TurnRun.this::hand);
            }
            if (!replays.isOne(event)) {
                arrived.add(event);
            }
            unanswered++;
        }

        private void more() {
            if (unanswered > 0) {
                int done = unanswered;
                unanswered = 0;
                request(done);
            }
        }

        @Override
        protected void hookOnError(Throwable failure) {
            safely(() -> {
                throw failure instanceof RuntimeException known ? known : new BusException("following failed", failure);
            });
        }
    }
}
