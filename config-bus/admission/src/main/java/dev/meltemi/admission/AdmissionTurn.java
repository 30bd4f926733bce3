package dev.meltemi.admission;

import dev.meltemi.bus.ActiveService;
import dev.meltemi.bus.FencedWriter;
import dev.meltemi.bus.NewTurnException;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Admission in office: reads back what was judged, judges what is new, counts who runs it.
final class AdmissionTurn implements ActiveService.Turn {
    private static final Logger LOG = LoggerFactory.getLogger(AdmissionTurn.class);

    /// What is known has to be known before the first submission; everything else may come at any time.
    static final List<List<Topic<?>>> STAGES =
            List.of(List.of(Topics.ACCEPTED, Topics.STATUS, Topics.SIDECARS), List.of(Topics.CONFIG));

    private final InstantSource clock;
    private final AdmissionSettings settings;
    private final AtomicReference<AdmissionHealth> health;
    private final Tally tally;
    private final Ledger ledger = new Ledger();
    private final Fleet fleet;
    private final StatusCounts counts;
    private final Attachments attachments = new Attachments(ledger);
    private final Set<Topic<?>> caughtUp = new HashSet<>();
    private final Set<String> recount = new LinkedHashSet<>();
    private final Proceedings proceedings;
    private final Continuity continuity;
    /// Keys that were judged under a topic id that is lost, and haven't been again.
    private final Set<String> former = new HashSet<>();

    private String topicId = "";
    private Instant lastLook;

    AdmissionTurn(
            FencedWriter writer,
            InstantSource clock,
            AdmissionSettings settings,
            Continuity continuity,
            AtomicReference<AdmissionHealth> health,
            Tally tally) {
        this.clock = clock;
        this.continuity = continuity;
        this.settings = settings;
        this.health = health;
        this.tally = tally;
        tally.begins();
        this.fleet = new Fleet(settings.lease());
        this.counts = new StatusCounts(ledger, fleet, settings.deletedShown());
        this.proceedings = new Proceedings(
                writer,
                clock,
                Topics.CONFIG.on(settings.topicPrefix()),
                ledger,
                fleet,
                counts,
                attachments,
                health,
                tally);
        this.lastLook = clock.instant();
    }

    @Override
    public void onEvents(List<TopicEvent<?>> events) {
        events.forEach(this::take);
        if (continuity.alarm().isEmpty()) {
            proceedings.judge();
            if (isComplete()) {
                proceedings.publish(List.of(), counts.due(recount, clock.instant()));
                recount.clear();
            }
            report();
        }
    }

    @Override
    public void onTick() {
        var now = clock.instant();
        var elapsed = Duration.between(lastLook, now);
        lastLook = now;
        if (!isComplete() || continuity.alarm().isPresent()) {
            return;
        }
        // a pause of this process isn't silence of the others
        var most = settings.tick().multipliedBy(2);
        if (fleet.look(elapsed.compareTo(most) > 0 ? most : elapsed)) {
            counts.recount(ledger.keys());
        }
        var statuses = new TreeMap<>(counts.dueOnTick(now));
        statuses.putAll(proceedings.contradicted());
        statuses.putAll(attachments.due(now));
        proceedings.publish(proceedings.forgotten(now), statuses);
        report();
    }

    @Override
    public void onEnd() {
        health.updateAndGet(AdmissionHealth::standingBy);
    }

    private void take(TopicEvent<?> event) {
        switch (event) {
            case TopicEvent.Put<?> put -> takePut(put);
            case TopicEvent.Delete<?> delete -> takeDelete(delete);
            case TopicEvent.Poisoned<?> poisoned -> takePoisoned(poisoned);
            case TopicEvent.CaughtUp<?> reached -> takeCaughtUp(reached);
            case TopicEvent.Replaced<?> replaced ->
                throw new NewTurnException("topic " + replaced.topic().name() + " was created again");
            case TopicEvent.Progress<?> _ -> {}
        }
    }

    private void takePut(TopicEvent.Put<?> put) {
        var value = put.value();
        if (value instanceof byte[] bytes) {
            submit(new Submission(put.key(), bytes, put.headers(), put.at()));
        } else if (value instanceof Heartbeat heartbeat) {
            heard(fleet.heard(heartbeat, put.at().brokerTime()));
            tally.reached(fleet.everywhere(), put.at().brokerTime());
        } else if (value instanceof String text && !isKnown(Topics.ACCEPTED)) {
            continuity.read(put.key(), put.raw(), put.headers());
            ledger.readAccepted(put.key(), Version.of(text, put.headers(), put.at()), put.headers());
        } else if (value instanceof ConfigStatus status && !isKnown(Topics.STATUS)) {
            ledger.readStatus(put.key(), Optional.of(status), put.headers());
        }
    }

    private void takeDelete(TopicEvent.Delete<?> delete) {
        if (delete.topic().equals(Topics.CONFIG)) {
            submit(new Submission(delete.key(), null, delete.headers(), delete.at()));
        } else if (delete.topic().equals(Topics.SIDECARS)) {
            if (fleet.gone(delete.key())) {
                counts.recount(ledger.keys());
            }
        } else if (delete.topic().equals(Topics.ACCEPTED) && !isKnown(Topics.ACCEPTED)) {
            ledger.readAccepted(delete.key(), Optional.empty(), delete.headers());
        } else if (delete.topic().equals(Topics.STATUS) && !isKnown(Topics.STATUS)) {
            ledger.readStatus(delete.key(), Optional.empty(), delete.headers());
        }
    }

    /// On `mesh.config` any bytes are a document, so only the key can be wrong. Elsewhere the record is skipped:
    /// its key keeps what was known.
    private void takePoisoned(TopicEvent.Poisoned<?> poisoned) {
        if (poisoned.topic().equals(Topics.CONFIG)) {
            submit(new Submission(poisoned.key(), poisoned.value(), poisoned.headers(), poisoned.at()));
        } else {
            LOG.warn(
                    "event=poisoned topic={} key={} partition={} offset={} cause={}",
                    poisoned.topic().name(),
                    poisoned.key(),
                    poisoned.at().partition(),
                    poisoned.at().number(),
                    poisoned.why());
        }
    }

    private void takeCaughtUp(TopicEvent.CaughtUp<?> reached) {
        caughtUp.add(reached.topic());
        if (reached.topic().equals(Topics.ACCEPTED)) {
            continuity.acceptedOn(reached.topicId());
        }
        if (reached.topic().equals(Topics.CONFIG) && !isSettled(reached.topicId())) {
            continuity.raise(reached.topicId(), ledger);
            report();
            return;
        }
        if (isComplete()) {
            proceedings.judge();
            proceedings.forget(former);
            former.clear();
            continuity.settled(topicId);
            attachments.begin();
            counts.recount(ledger.restoreStatuses(clock.instant()));
            counts.recount(ledger.keys());
            LOG.info(
                    "event=caught-up service=admission documents={} offset={}",
                    ledger.documents(),
                    ledger.mark().map(Stamp::offset).orElse(-1L));
        }
    }

    /// What is published on a topic that took the place of a lost one waits until somebody restores what was lost.
    private void submit(Submission submission) {
        if (isSettled(submission.at().topicId())) {
            proceedings.open(submission);
        } else if (continuity.isRestoredBy(submission, ledger)) {
            throw new NewTurnException("restored at offset " + submission.at().number());
        }
    }

    private boolean isSettled(String id) {
        if (id.equals(topicId)) {
            return true;
        }
        if (continuity.lostTo(id, ledger).isPresent()) {
            return false;
        }
        topicId = id;
        former.addAll(ledger.settle(id));
        proceedings.under(id);
        fleet.countBy(id);
        return true;
    }

    private void heard(Fleet.Change change) {
        switch (change) {
            case Fleet.Change.Moved moved -> recount.addAll(ledger.acceptedBetween(moved.before(), moved.now()));
            case Fleet.Change.Membership() -> counts.recount(ledger.keys());
            case Fleet.Change.Nothing() -> {}
        }
    }

    private boolean isKnown(Topic<?> topic) {
        return caughtUp.contains(topic);
    }

    private boolean isComplete() {
        return caughtUp.size() == STAGES.stream().mapToInt(List::size).sum();
    }

    private void report() {
        tally.documents(ledger.refused());
        var last = health.get();
        var alarm = continuity.alarm();
        health.set(new AdmissionHealth(
                isComplete() && alarm.isEmpty(),
                topicId.isEmpty() ? last.topicId() : topicId,
                ledger.mark().map(Stamp::offset).orElse(-1L),
                last.accepted(),
                last.refused(),
                ledger.documents(),
                fleet.size(),
                alarm));
    }
}
