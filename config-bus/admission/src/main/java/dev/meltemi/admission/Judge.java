package dev.meltemi.admission;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Finding;
import dev.meltemi.resources.Position;
import dev.meltemi.resources.Verdict;
import dev.meltemi.schemas.ConfigStatus.Message;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.ResourceKey;
import dev.meltemi.schemas.Restore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Judges one submission by its own faults only: what it contradicts elsewhere is a warning, so that the verdict
/// doesn't depend on the order in which documents arrive.
final class Judge {
    private static final Logger LOG = LoggerFactory.getLogger(Judge.class);

    /// Leaves room for `before` and `after` in one record of history.
    static final int LARGEST_DOCUMENT = 512 * 1024;

    private Judge() {}

    static Judgement judge(Submission submission, Known known) {
        var key = ResourceKey.parse(submission.key());
        var value = submission.value();
        if (value == null && key.isEmpty()) {
            return new Judgement.Delete(key);
        }
        if (key.isEmpty()) {
            return refuse(Refusals.message(
                    Refusals.KEY,
                    "the record's key '%s' doesn't name a document".formatted(submission.key()),
                    "a key is group/Kind/namespace/name, for example networking.istio.io/VirtualService/default/reviews"
                            + " (group core for core kinds, namespace - for cluster scope)"));
        }
        if (submission.key().equals(Restore.KEY) && value != null) {
            return restore(key.get(), value);
        }
        var objection = IfVersion.objection(submission, known);
        if (objection.isPresent()) {
            return refuse(objection.get());
        }
        return value == null ? new Judgement.Delete(key) : document(key.get(), value, submission, known);
    }

    private static Judgement restore(ResourceKey key, byte[] value) {
        return Restore.parse(value)
                .<Judgement>map(restore -> new Judgement.Accept(key, restore.text(), List.of(), List.of()))
                .orElseGet(() -> refuse(Refusals.message(
                        Refusals.KEY, "this key is for what ends a restore", "run `meltemi restore`")));
    }

    private static Judgement document(ResourceKey key, byte[] value, Submission submission, Known known) {
        if (value.length > LARGEST_DOCUMENT) {
            return refuse(Refusals.message(
                    Refusals.TOO_LARGE,
                    "the document has %d bytes, more than %d".formatted(value.length, LARGEST_DOCUMENT),
                    "split it: a VirtualService may be divided by host, a ServiceEntry by hosts"));
        }
        return switch (DecodedText.of(value)) {
            case DecodedText.Malformed malformed ->
                refuse(Refusals.message(
                        Refusals.NOT_UTF_8,
                        malformed.at(),
                        "byte 0x%02x is not UTF-8".formatted(malformed.value()),
                        "save the file as UTF-8 and publish it again"));
            case DecodedText.Text text -> text(key, text.text(), submission, known);
        };
    }

    private static Judgement text(ResourceKey key, String text, Submission submission, Known known) {
        return switch (verdict(text, key)) {
            case Verdict.Rejected rejected ->
                new Judgement.Refuse(
                        rejected.errors().stream().map(Refusals::of).toList());
            case Verdict.Accepted accepted -> {
                var messages = new ArrayList<Message>();
                accepted.warnings().stream().map(Refusals::of).forEach(messages::add);
                overwritten(submission, known).ifPresent(messages::add);
                yield new Judgement.Accept(key, text, List.copyOf(messages), accepted.notInForce());
            }
        };
    }

    /// One document must never stop the others, even if it finds a hole in the parser.
    private static Verdict verdict(String text, ResourceKey key) {
        try {
            return Documents.judge(text, Optional.of(key));
        } catch (RuntimeException | StackOverflowError hole) {
            LOG.error("event=unjudgeable key={}", key, hole);
            return new Verdict.Rejected(List.of(new Finding(
                    Refusals.UNJUDGEABLE,
                    Finding.Level.ERROR,
                    Position.START,
                    "",
                    "the document couldn't be judged: " + hole,
                    Optional.of("this is a fault of the mesh: please report it with the document"))));
        }
    }

    /// Last writer wins, but not unseen.
    private static Optional<Message> overwritten(Submission submission, Known known) {
        if (submission.headers().last(Headers.IF_VERSION).isPresent()) {
            return Optional.empty();
        }
        return known.inForce()
                .filter(version -> !version.author().equals(submission.author()))
                .map(version -> new Message(
                        Refusals.OVERWROTE,
                        Refusals.level(Finding.Level.INFO),
                        1,
                        1,
                        "overwrote offset %d%s, which was %d s old"
                                .formatted(
                                        version.offset(),
                                        version.author().isEmpty() ? "" : " by " + version.author(),
                                        Duration.between(
                                                        version.at(),
                                                        submission.at().brokerTime())
                                                .toSeconds()),
                        "send the header %s to be refused instead".formatted(Headers.IF_VERSION)));
    }

    private static Judgement.Refuse refuse(Message message) {
        return new Judgement.Refuse(List.of(message));
    }
}
