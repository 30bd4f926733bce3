package dev.meltemi.faults;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.bus.state.Memory;
import dev.meltemi.schemas.Restore;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Row 3: the broker comes back with an empty disk. Nobody deletes anything, everybody says so, and `meltemi restore`
/// brings back what the control services remember.
final class EmptyBroker implements Row {
    private static final int RATE = 300;
    private static final int ADMIN = 15000;
    private static final Duration CONVERGED = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Override
    public String number() {
        return "3";
    }

    @Override
    public String fault() {
        return "broker comes back empty";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var lab = labs.shared();
        var told = lab.told();
        var trial = new Trial(this, form, lab.ledger());
        try (var load = lab.load(RATE)) {
            var kept = told.publish(Rules.REVIEWS, Rules.saying("kept"), PATIENCE);
            told.awaitRunning(kept, 3, PATIENCE);
            Await.until(
                    "the state is saved",
                    PATIENCE,
                    () -> Memory.saved(lab.stateOf("control"), Memory.RULES)
                            .filter(saved -> saved.revision().offset() >= kept.number())
                            .isPresent());
            var documents = documents(lab);
            var endpoints = endpoints(lab);
            trial.before(load, form.of(Duration.ofSeconds(1), Duration.ofSeconds(30)));
            var began = Instant.now();
            comesBackEmpty(lab);
            Await.until("both control services raise the alarm", PATIENCE, () -> alarms(lab, began) == 2);
            trial.note("alarms after " + Duration.between(began, Instant.now()).toMillis() + " ms");
            trial.during(load, form.of(Duration.ofSeconds(2), Duration.ofMinutes(2)));
            trial.require(load.rule().equals("kept"), "sidecars forgot the rule: " + load.rule());
            trial.require(documents(lab).isEmpty(), "something was published on the empty broker");

            long restored = System.nanoTime();
            restore(lab);
            Await.until(
                    "everybody adopts the new topic",
                    PATIENCE,
                    () -> told.heartbeats().values().stream()
                                    .filter(beat ->
                                            !beat.getTopicId().equals(kept.topicId()) && beat.getConfigOffset() >= 0)
                                    .count()
                            >= 3);
            trial.recovered(Duration.ofNanos(System.nanoTime() - restored), CONVERGED, "adopting what was restored");
            var after = told.publish(Rules.REVIEWS, Rules.saying("after"), PATIENCE);
            told.awaitRunning(after, 3, PATIENCE);
            Await.until(
                    "the rule after it is in force", PATIENCE, () -> load.rule().equals("after"));
            trial.recovered(
                    Duration.ofNanos(System.nanoTime() - restored),
                    CONVERGED,
                    "restoring, and a rule published after it");
            var now = documents(lab);
            documents.put(Rules.REVIEWS, Rules.saying("after"));
            trial.require(now.equals(documents), "accepted documents before " + documents + ", after " + now);
            trial.require(
                    endpoints(lab).equals(endpoints), "endpoints before " + endpoints + ", after " + endpoints(lab));
            trial.note(now.size() + " documents and " + endpoints.size() + " endpoints as before");
        }
        told.delete(Rules.REVIEWS, PATIENCE);
        return trial.result(true);
    }

    private static void comesBackEmpty(Lab lab) {
        lab.broker().kill();
        try (var files = Files.walk(lab.folder().resolve("broker"))) {
            files.sorted(Comparator.reverseOrder()).forEach(EmptyBroker::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        lab.broker().launch().awaitStarted(PATIENCE);
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long alarms(Lab lab, Instant since) {
        return lab.member("control").linesSince(since).stream()
                .filter(line -> line.text().contains("event=topic-replaced service="))
                .count();
    }

    private static void restore(Lab lab) {
        var command = Lab.meltemi(
                List.of("-XX:TieredStopAtLevel=1"),
                "restore",
                "--bootstrap-servers",
                lab.bootstrapServers(),
                "--state-dir",
                lab.stateOf("control").toString(),
                "--yes");
        lab.add("restore", command, line -> line.startsWith("restored "))
                .launch()
                .awaitStarted(PATIENCE);
    }

    /// Text of what is accepted, by key.
    private static Map<String, String> documents(Lab lab) {
        var documents = new TreeMap<String, String>();
        lab.told()
                .bus()
                .follow(List.<Topic<?>>of(Topics.ACCEPTED))
                .takeUntil(event -> event instanceof TopicEvent.CaughtUp<?>)
                .doOnNext(event -> {
                    switch (event) {
                        case TopicEvent.Put<?> put -> documents.put(put.key(), String.valueOf(put.value()));
                        case TopicEvent.Delete<?> delete -> documents.remove(delete.key());
                        case TopicEvent.Poisoned<?> _,
                                TopicEvent.Progress<?> _,
                                TopicEvent.CaughtUp<?> _,
                                TopicEvent.Replaced<?> _ -> {}
                    }
                })
                .then()
                .block(PATIENCE);
        documents.remove(Restore.KEY);
        return documents;
    }

    /// As productpage's sidecar knows them.
    private static Set<String> endpoints(Lab lab) {
        return lab.get("http://" + lab.address("productpage") + ":" + ADMIN + "/clusters").stream()
                .flatMap(answer -> answer.body().lines())
                .filter(line -> line.contains("::weight::"))
                .collect(Collectors.toSet());
    }
}
