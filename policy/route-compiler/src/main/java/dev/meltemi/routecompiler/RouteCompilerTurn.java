package dev.meltemi.routecompiler;

import dev.meltemi.bus.ActiveService;
import dev.meltemi.bus.FencedWriter;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.NewTurnException;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.rules.Change;
import dev.meltemi.rules.Compiler;
import dev.meltemi.rules.MeshState;
import dev.meltemi.schemas.Compiled.Delta;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The route-compiler in office: reads what the mesh was told and what its topics hold, makes them agree, and then
/// follows changes. Changes that arrived together become one delta, one cut and one transaction.
final class RouteCompilerTurn implements ActiveService.Turn {
    private static final Logger LOG = LoggerFactory.getLogger(RouteCompilerTurn.class);

    /// Inputs and outputs of one consumer: when all have been read to their end, what is published can be
    /// compared with what should be. Of `mesh.config` only the topic id matters, which revisions carry from the
    /// first one on.
    static final List<List<Topic<?>>> STAGES = List.of(List.of(
            Topics.CONFIG,
            Topics.ACCEPTED,
            Topics.WORKLOADS,
            Topics.SIDECARS,
            Topics.ROUTES,
            Topics.GATEWAYS,
            Topics.ENDPOINTS,
            Topics.ACCESS_RULES,
            Topics.SETTINGS,
            Topics.REVISIONS));

    private final FencedWriter writer;
    private final AtomicReference<RouteCompilerHealth> health;
    private final LeaseBook leases;
    private final Outputs outputs;
    private final Set<Topic<?>> behind = new HashSet<>(STAGES.getFirst());
    private final Continuity continuity;
    /// Id of each topic that has been read to its end, by name.
    private final Map<String, String> ids = new HashMap<>();
    /// The newest that was accepted of each document, while it isn't known yet whether it still counts.
    private final Map<String, Intake.Ruled> ruled = new LinkedHashMap<>();
    private final Set<String> registered = new HashSet<>();
    private final Lives lives = new Lives();
    /// Tombstones of former lives, to be written.
    private final List<Write<?>> dead = new ArrayList<>();

    /// How far what was accepted reaches, by topic id of `mesh.config`.
    private final Map<String, ConfigPlace> reached = new HashMap<>();

    private final List<Change> changes = new ArrayList<>();
    private boolean settled;
    private boolean newlyRestored;
    private MeshState state = MeshState.EMPTY;
    private ConfigPlace place = ConfigPlace.NONE;
    private Delta mending = Delta.NOTHING;

    RouteCompilerTurn(
            FencedWriter writer,
            RouteCompilerSettings settings,
            Continuity continuity,
            AtomicReference<RouteCompilerHealth> health) {
        this.writer = writer;
        this.continuity = continuity;
        this.health = health;
        this.outputs = new Outputs(writer);
        this.leases = new LeaseBook(settings.leases());
    }

    @Override
    public void onEvents(List<TopicEvent<?>> events) {
        events.forEach(this::take);
        if (settled) {
            step();
        } else if (behind.isEmpty()) {
            settle();
        } else {
            changes.forEach(change -> state = state.with(change));
            changes.clear();
        }
    }

    /// Leases are judged between records, so that a pause of this process is nobody's silence.
    @Override
    public void onTick() {
        if (settled) {
            var orders = leases.judge(state);
            if (!orders.tombstones().isEmpty()) {
                writer.commit(orders.tombstones());
            }
            changes.addAll(orders.changes());
            step();
        }
    }

    @Override
    public void onEnd() {
        health.updateAndGet(RouteCompilerHealth::standingBy);
    }

    private void take(TopicEvent<?> event) {
        switch (event) {
            case TopicEvent.CaughtUp<?> reached -> {
                behind.remove(reached.topic());
                ids.put(reached.topic().name(), reached.topicId());
            }
            case TopicEvent.Replaced<?> replaced ->
                throw new NewTurnException("topic " + replaced.topic().name() + " was created again");
            case TopicEvent.Put<?> _, TopicEvent.Delete<?> _, TopicEvent.Poisoned<?> _ -> takeRecord(event);
            case TopicEvent.Progress<?> _ -> {}
        }
    }

    private void takeRecord(TopicEvent<?> event) {
        changes.addAll(leases.learn(event));
        switch (Intake.of(event)) {
            case Intake.Told told -> {
                changes.add(told.change());
                remember(told.change());
            }
            case Intake.Ruled told -> {
                if (settled) {
                    reach(told.config());
                    changes.add(told.change());
                } else {
                    reached.merge(told.config().topicId(), told.config(), ConfigPlace::later);
                    ruled.put(key(told.change()), told);
                }
            }
            case Intake.Restored(var restore, var config) -> {
                continuity.read(restore, config);
                if (settled) {
                    reach(config);
                    newlyRestored = true;
                } else {
                    reached.merge(config.topicId(), config, ConfigPlace::later);
                }
            }
            case Intake.Unreadable unreadable -> refuse(event, unreadable.why());
            case Intake.Nothing() -> {
                if (settled) {
                    mend(event);
                } else {
                    outputs.read(event);
                }
            }
        }
    }

    private static String key(Change change) {
        return switch (change) {
            case Change.Accepted accepted -> accepted.resource().key().toString();
            case Change.Deleted deleted -> deleted.key().toString();
            case Change.Registered _, Change.Withdrawn _, Change.Health _ -> "";
        };
    }

    private void remember(Change change) {
        switch (change) {
            case Change.Registered(var registration) -> {
                registered.add(registration.getInstance());
                lives.endedBy(registration).ifPresent(ended -> {
                    LOG.info("event=life-ended workload={} next=\"it has started again\"", ended);
                    changes.add(new Change.Withdrawn(ended));
                    dead.add(Write.delete(Topics.WORKLOADS, ended));
                    dead.add(Write.delete(Topics.SIDECARS, ended));
                });
            }
            case Change.Withdrawn(var instance) -> {
                registered.remove(instance);
                lives.gone(instance);
            }
            case Change.Accepted _, Change.Deleted _, Change.Health _ -> {}
        }
    }

    /// Admission went on with another topic than this turn began with: what it read may not count any more.
    private void reach(ConfigPlace next) {
        if (next.isOnOtherTopicThan(place)) {
            throw new NewTurnException("accepted from topic id " + next.topicId() + ", until now " + place.topicId());
        }
        place = place.later(next);
    }

    private void mend(TopicEvent<?> event) {
        var repair = outputs.mending(event);
        if (!repair.isEmpty()) {
            LOG.warn(
                    "event=foreign-record topic={} next=\"it is overwritten; only the route-compiler may write there\"",
                    event.topic().name());
            mending = Outputs.merged(mending, repair);
        }
    }

    /// After the first read: everything that counts is compiled, and the topics are brought to it.
    private void settle() {
        changes.forEach(change -> state = state.with(change));
        changes.clear();
        outputs.last()
                .map(cut -> new ConfigPlace(cut.getTopicId(), cut.getConfigOffset()))
                .ifPresent(cut -> reached.merge(cut.topicId(), cut, ConfigPlace::later));
        if (!continuity.holds(ids, reached.keySet())) {
            health.updateAndGet(now -> now.alarmed(continuity.alarm()));
            return;
        }
        var configId = ids.getOrDefault(Topics.CONFIG.name(), "");
        place = reached.getOrDefault(configId, new ConfigPlace(configId, -1));
        countOnly(configId);
        outputs.goOn(continuity.restoredBy(place.topicId()), continuity.newestSequence());
        registerAgain();
        agree();
        settled = true;
        continuity.settled(health.get().revision(), ids);
    }

    /// Documents that were accepted under a topic id that is lost don't count: those that were in force were restored.
    private void countOnly(String configId) {
        for (var told : ruled.values()) {
            if (told.config().topicId().equals(configId)) {
                state = state.with(told.change());
            }
        }
        ruled.clear();
        reached.clear();
    }

    private void registerAgain() {
        var again = continuity.forgotten(ids, registered);
        if (!again.isEmpty()) {
            writer.commit(List.copyOf(again));
            for (var write : again) {
                state = state.with(new Change.Registered(Objects.requireNonNull(write.value())));
            }
        }
    }

    private void agree() {
        leases.takeOver();
        var difference = outputs.differenceTo(Compiler.all(state));
        boolean isCut = outputs.last()
                .filter(cut -> cut.getConfigOffset() == place.offset()
                        && cut.getTopicId().equals(place.topicId())
                        && cut.getRestores().equals(continuity.restoredBy(place.topicId())))
                .isPresent();
        LOG.info("event=caught-up service=route-compiler offset={} differing={}", place.offset(), difference.size());
        if (isCut && difference.isEmpty()) {
            report(
                    outputs.last()
                            .map(cut -> new Revision(cut.getTopicId(), cut.getConfigOffset(), cut.getSequence()))
                            .orElse(Revision.NONE),
                    0,
                    0);
        } else {
            cut(difference);
        }
    }

    private void step() {
        if (!dead.isEmpty()) {
            writer.commit(List.copyOf(dead));
            dead.clear();
        }
        if (changes.isEmpty() && mending.isEmpty() && !newlyRestored) {
            return;
        }
        newlyRestored = false;
        boolean ruled = outputs.last()
                .filter(cut -> cut.getConfigOffset() == place.offset())
                .isEmpty();
        var delta = Outputs.merged(mending, outputs.differing(compiled()));
        changes.clear();
        mending = Delta.NOTHING;
        if (ruled || !delta.isEmpty()) {
            cut(delta);
        }
    }

    /// A change that can't be compiled is left out, and stops nobody else's.
    private Delta compiled() {
        try {
            return advanced(Compiler.step(state, changes));
        } catch (RuntimeException together) {
            var delta = Delta.NOTHING;
            for (var change : changes) {
                try {
                    delta = Outputs.merged(delta, advanced(Compiler.step(state, List.of(change))));
                } catch (RuntimeException alone) {
                    LOG.error("event=not-compiled change={}", change, alone);
                    health.updateAndGet(now -> now.refusing(1));
                }
            }
            return delta;
        }
    }

    private Delta advanced(Compiler.Step step) {
        state = step.after();
        return step.delta();
    }

    private void cut(Delta delta) {
        var revision = outputs.commit(delta, place);
        report(revision, 1, delta.size());
        LOG.info(
                "event=cut revision={} sequence={} routes={} gateways={} endpoints={} access={}",
                revision.offset(),
                revision.sequence(),
                delta.routes().size(),
                delta.gateways().size(),
                delta.endpoints().size(),
                delta.access().size());
    }

    private void report(Revision revision, int cuts, int records) {
        health.updateAndGet(now -> new RouteCompilerHealth(
                true,
                revision,
                now.cuts() + cuts,
                now.records() + records,
                now.refused(),
                outputs.routes(),
                outputs.gateways(),
                outputs.endpoints(),
                Optional.empty()));
    }

    private void refuse(TopicEvent<?> event, String why) {
        health.updateAndGet(now -> now.refusing(1));
        LOG.warn("event=poisoned topic={} record={} cause={}", event.topic().name(), Place.of(event), why);
    }
}
