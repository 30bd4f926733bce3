package dev.meltemi.admission;

import dev.meltemi.bus.FencedWriter;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topics;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What was submitted and waits for a verdict, and the verdicts as they are published: the records that a ruling
/// asks for and the status, together. Every record is stamped with the offset up to which `mesh.config` has been
/// judged.
final class Proceedings {
    private static final Logger LOG = LoggerFactory.getLogger(Proceedings.class);

    /// Bounds a transaction: each byte that is submitted is written up to three times.
    private static final int MOST_BYTES = 2 * 1024 * 1024;

    private final FencedWriter writer;
    private final InstantSource clock;
    private final String configTopic;
    private final Ledger ledger;
    private final Fleet fleet;
    private final StatusCounts counts;
    private final Attachments attachments;
    private final AtomicReference<AdmissionHealth> health;
    private final Tally tally;
    private final Contradictions contradictions;
    private final List<Submission> open = new ArrayList<>();
    private String topicId = "";

    Proceedings(
            FencedWriter writer,
            InstantSource clock,
            String configTopic,
            Ledger ledger,
            Fleet fleet,
            StatusCounts counts,
            Attachments attachments,
            AtomicReference<AdmissionHealth> health,
            Tally tally) {
        this.writer = writer;
        this.clock = clock;
        this.configTopic = configTopic;
        this.ledger = ledger;
        this.fleet = fleet;
        this.counts = counts;
        this.attachments = attachments;
        this.health = health;
        this.tally = tally;
        this.contradictions = new Contradictions(ledger);
    }

    /// @param id of the topic to which the offsets of submissions belong
    void under(String id) {
        topicId = id;
    }

    /// Takes in what was submitted, unless it has been judged before.
    void open(Submission submission) {
        if (ledger.mark()
                .filter(mark -> mark.offset() >= submission.at().number())
                .isEmpty()) {
            open.add(submission);
        }
    }

    /// Nothing that is open will be judged.
    void dismiss() {
        open.clear();
    }

    /// Judges everything that is open, in its order.
    void judge() {
        var writes = new ArrayList<Write<?>>();
        var statuses = new TreeMap<String, ConfigStatus>();
        int bytes = 0;
        for (var submission : open) {
            var ruling = judged(submission);
            writes.addAll(ruling.writes());
            ruling.after().status().ifPresentOrElse(status -> statuses.put(submission.key(), status), () -> {
                statuses.remove(submission.key());
                writes.add(statusTombstone(submission.key(), submission.at().number()));
            });
            bytes += submission.size();
            if (bytes > MOST_BYTES) {
                publish(List.copyOf(writes), Map.copyOf(statuses));
                writes.clear();
                statuses.clear();
                bytes = 0;
            }
        }
        open.clear();
        statuses.putAll(contradictions.changed());
        publish(writes, statuses);
    }

    /// What judging many documents at once has left over of what they contradict.
    Map<String, ConfigStatus> contradicted() {
        return contradictions.changed();
    }

    private Ruling judged(Submission submission) {
        var ruling = Ruling.on(submission, ledger.known(submission.key()), fleet::applied, configTopic);
        ledger.put(submission.key(), ruling.after());
        attachments.take(submission.key());
        contradictions.look(submission.key());
        ledger.marked(new Stamp(topicId, submission.at().number()));
        counts.verdict(submission.key(), clock.instant());
        boolean refused = ruling.judgement() instanceof Judgement.Refuse;
        if (ruling.judgement() instanceof Judgement.Refuse refuse) {
            tally.refused(refuse.first().code());
        } else {
            tally.accepted(submission.at().number(), submission.at().brokerTime());
        }
        health.updateAndGet(
                last -> last.judged(refused, topicId, submission.at().number(), ledger.documents(), fleet.size()));
        log(submission, ruling.judgement());
        return ruling;
    }

    private static void log(Submission submission, Judgement judgement) {
        var offset = submission.at().number();
        switch (judgement) {
            case Judgement.Accept _ ->
                LOG.info("event=accepted key={} offset={} author={}", submission.key(), offset, submission.author());
            case Judgement.Delete _ ->
                LOG.info("event=deleted key={} offset={} author={}", submission.key(), offset, submission.author());
            case Judgement.Refuse refuse ->
                LOG.info(
                        "event=rejected key={} offset={} author={} code={} line={} column={} cause={}",
                        submission.key(),
                        offset,
                        submission.author(),
                        refuse.first().code(),
                        refuse.first().line(),
                        refuse.first().col(),
                        refuse.first().text());
        }
    }

    /// Tombstones for the statuses of deletions that were shown long enough.
    List<Write<?>> forgotten(Instant now) {
        var writes = new ArrayList<Write<?>>();
        for (var key : counts.shownDeletions(now)) {
            writes.add(statusTombstone(key, ledger.known(key).observed()));
            ledger.put(key, Known.NOTHING);
        }
        return List.copyOf(writes);
    }

    /// Takes back what was said under a topic id that is lost, of keys of which nothing is said under the one that took
    /// its place.
    void forget(Set<String> former) {
        var writes = new ArrayList<Write<?>>();
        for (var key : former) {
            if (ledger.known(key).equals(Known.NOTHING)) {
                long observed = ledger.mark().map(Stamp::offset).orElse(-1L);
                writes.add(new Write<>(Topics.ACCEPTED, key, null, stamped(observed)));
                writes.add(statusTombstone(key, observed));
            }
        }
        publish(writes, Map.of());
    }

    /// In one transaction; none when there is nothing.
    void publish(List<Write<?>> writes, Map<String, ConfigStatus> statuses) {
        var all = new ArrayList<>(writes);
        statuses.forEach(
                (key, status) -> all.add(new Write<>(Topics.STATUS, key, status, stamped(status.observedOffset()))));
        if (!all.isEmpty()) {
            writer.commit(all);
        }
    }

    private Write<ConfigStatus> statusTombstone(String key, long observed) {
        return new Write<>(Topics.STATUS, key, null, stamped(observed));
    }

    private Headers stamped(long observed) {
        return new Stamp(topicId, observed).on(Headers.NONE);
    }
}
