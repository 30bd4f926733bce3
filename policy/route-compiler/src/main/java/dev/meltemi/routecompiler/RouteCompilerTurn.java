package dev.meltemi.routecompiler;

import dev.meltemi.bus.ActiveService;
import dev.meltemi.bus.FencedWriter;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.rules.Change;
import dev.meltemi.rules.Compiler;
import dev.meltemi.rules.MeshState;
import dev.meltemi.schemas.Compiled.Delta;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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
            Topics.REVISIONS));

    private final FencedWriter writer;
    private final AtomicReference<RouteCompilerHealth> health;
    private final LeaseBook leases;
    private final Outputs outputs;
    private final Set<Topic<?>> behind = new HashSet<>(STAGES.getFirst());
    private final List<Change> changes = new ArrayList<>();
    private MeshState state = MeshState.EMPTY;
    private ConfigPlace place = ConfigPlace.NONE;
    private Delta mending = Delta.NOTHING;

    RouteCompilerTurn(
            FencedWriter writer, RouteCompilerSettings settings, AtomicReference<RouteCompilerHealth> health) {
        this.writer = writer;
        this.health = health;
        this.outputs = new Outputs(writer);
        this.leases = new LeaseBook(settings.leases());
    }

    @Override
    public void onEvents(List<TopicEvent<?>> events) {
        boolean wasBehind = !behind.isEmpty();
        for (var event : events) {
            if (health.get().alarm().isEmpty()) {
                take(event);
            }
        }
        if (health.get().alarm().isPresent()) {
            return;
        }
        if (!behind.isEmpty()) {
            changes.forEach(change -> state = state.with(change));
            changes.clear();
        } else {
            if (wasBehind) {
                agree();
            }
            step();
        }
    }

    /// Leases are judged between records, so that a pause of this process is nobody's silence.
    @Override
    public void onTick() {
        if (behind.isEmpty() && health.get().alarm().isEmpty()) {
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
                if (reached.topic().equals(Topics.CONFIG)) {
                    reach(new ConfigPlace(reached.topicId(), -1));
                }
            }
            case TopicEvent.Replaced<?> replaced ->
                raise("topic %s was deleted and created again (topic id %s, now %s)"
                        .formatted(replaced.topic().name(), replaced.before(), replaced.now()));
            case TopicEvent.Put<?> _, TopicEvent.Delete<?> _, TopicEvent.Poisoned<?> _ -> takeRecord(event);
            case TopicEvent.Progress<?> _ -> {}
        }
    }

    private void takeRecord(TopicEvent<?> event) {
        changes.addAll(leases.learn(event));
        switch (Intake.of(event)) {
            case Intake.Told told -> changes.add(told.change());
            case Intake.Ruled ruled -> {
                reach(ruled.config());
                changes.add(ruled.change());
            }
            case Intake.Unreadable unreadable -> refuse(event, unreadable.why());
            case Intake.Nothing() -> {
                if (!behind.isEmpty()) {
                    outputs.read(event);
                } else {
                    mend(event);
                }
            }
        }
    }

    private void reach(ConfigPlace reached) {
        if (reached.isOnOtherTopicThan(place)) {
            raise("mesh.config has the topic id %s, but what was accepted came from %s"
                    .formatted(reached.topicId(), place.topicId()));
        } else {
            place = place.topicId().isEmpty()
                    ? new ConfigPlace(reached.topicId(), Math.max(place.offset(), reached.offset()))
                    : place.later(reached);
        }
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

    /// After the first read: everything is compiled, and the topics are brought to it.
    private void agree() {
        changes.forEach(change -> state = state.with(change));
        changes.clear();
        outputs.last().ifPresent(cut -> reach(new ConfigPlace(cut.getTopicId(), cut.getConfigOffset())));
        if (health.get().alarm().isPresent()) {
            return;
        }
        leases.takeOver();
        var difference = outputs.differenceTo(Compiler.all(state));
        boolean isCut = outputs.last()
                .filter(cut -> cut.getConfigOffset() == place.offset()
                        && cut.getTopicId().equals(place.topicId()))
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
        if (changes.isEmpty() && mending.isEmpty()) {
            return;
        }
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

    private void raise(String what) {
        var alarm = what + ": the broker lost its data or topics were deleted. Nothing is published, sidecars keep"
                + " what they run. Bring back the broker's data, or delete all topics of the mesh, restart"
                + " and publish again.";
        LOG.error("event=topic-replaced service=route-compiler cause={}", alarm);
        health.updateAndGet(now -> now.alarmed(alarm));
    }
}
