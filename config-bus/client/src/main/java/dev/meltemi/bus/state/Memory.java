package dev.meltemi.bus.state;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.Cut;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// What a control service needs to remember when the broker forgets: the records of one topic and the newest cut that
/// they were seen under, in memory and, given a folder, in last-known-good files. Follows the bus by itself, so
/// that a standby remembers as much as the active one.
///
/// A topic that turns out to be another one changes nothing here, until a cut says that it continues the one that
/// is remembered, or the service says so.
public final class Memory implements AutoCloseable {
    /// Folder, within that of the control services, of whoever accepts rules.
    public static final String RULES = "admission";

    private static final Logger LOG = LoggerFactory.getLogger(Memory.class);
    /// Files are written at most that often.
    private static final Duration SAVE_PAUSE = Duration.ofSeconds(1);

    private static final Duration FOLLOW_AGAIN = Duration.ofSeconds(1);
    private static final Duration GOODBYE = Duration.ofSeconds(5);
    private static final int PREFETCH = 512;

    private final String service;
    private final Topic<?> topic;
    private final @Nullable LastKnownGood files;
    private final Scheduler thread;
    private final Disposable.Swap following = Disposables.swap();
    private final Map<String, SavedRecord> live = new TreeMap<>();
    private final Map<String, String> others = new HashMap<>();
    private Known known = Known.NOTHING;
    /// Id of the followed topic; empty before it has been read to its end.
    private String followed = "";
    /// Id that counts; empty: any.
    private String expected = "";

    private Revision newest = Revision.NONE;
    /// Something happened since `known` was made, or since it was saved.
    private boolean moved;

    private boolean unsaved;
    private boolean saving;

    /// @param topicIds by name without the mesh's prefix
    public record Known(Revision revision, Map<String, String> topicIds, List<SavedRecord> records) {
        public static final Known NOTHING = new Known(Revision.NONE, Map.of(), List.of());

        public Known {
            topicIds = Map.copyOf(topicIds);
            records = List.copyOf(records);
        }

        /// Empty when it isn't known.
        public String topicId(Topic<?> of) {
            return topicIds.getOrDefault(of.name(), "");
        }
    }

    private Memory(String service, Topic<?> topic, Optional<Path> folder, InstantSource clock) {
        this.service = service;
        this.topic = topic;
        this.files = folder.map(path -> files(path, service, clock)).orElse(null);
        this.thread = Schedulers.fromExecutorService(
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("state-" + service).daemon().factory()),
                "state-" + service);
    }

    /// @param topic whose records are remembered
    /// @param folder of all control services; empty: in memory only
    public static Memory start(
            MeshBus bus, String service, Topic<?> topic, Optional<Path> folder, InstantSource clock) {
        var memory = new Memory(service, topic, folder, clock);
        memory.load();
        memory.thread.schedule(() -> memory.follow(bus));
        return memory;
    }

    /// What a service remembered, for whoever restores it; files of any age.
    public static Optional<SavedState> saved(Path folder, String service) {
        return files(folder, service, InstantSource.system()).load(saved -> saved);
    }

    private static LastKnownGood files(Path folder, String service, InstantSource clock) {
        return new LastKnownGood(folder.resolve(service), Duration.ofSeconds(Long.MAX_VALUE), clock);
    }

    private synchronized void load() {
        if (files != null) {
            files.load(saved -> saved).ifPresent(saved -> {
                known = new Known(saved.revision(), saved.topicIds(), saved.records());
                expected = known.topicId(topic);
                LOG.info(
                        "event=remembered service={} topicId={} offset={} records={} writtenAt={}",
                        service,
                        saved.revision().topicId(),
                        saved.revision().offset(),
                        saved.records().size(),
                        saved.writtenAt());
            });
        }
    }

    /// The newest state that was consistent.
    public synchronized Known known() {
        if (moved && !newest.equals(Revision.NONE) && !followed.isEmpty() && followed.equals(expected)) {
            moved = false;
            unsaved = true;
            var ids = new HashMap<>(others);
            ids.put(topic.name(), followed);
            known = new Known(newest, ids, List.copyOf(live.values()));
        }
        return known;
    }

    /// The service works on these topics now: what they hold is what is remembered from here on.
    ///
    /// @param topicIds of the remembered topic, and of others that the service wants to recognize
    public synchronized void adopt(Revision revision, Map<String, String> topicIds) {
        known();
        newest = revision;
        expected = topicIds.getOrDefault(topic.name(), "");
        others.putAll(topicIds);
        changed();
    }

    private synchronized void follow(MeshBus bus) {
        known();
        live.clear();
        followed = "";
        following.update(bus.follow(List.of(topic, Topics.REVISIONS))
                .publishOn(thread, PREFETCH)
                .subscribe(this::on, failed -> failed(bus, failed)));
    }

    /// Topics may not be there yet.
    private void failed(MeshBus bus, Throwable why) {
        LOG.warn(
                "event=following-failed service={} why=\"{}\" next=\"tried again in {} s\"",
                "state-" + service,
                why.getMessage(),
                FOLLOW_AGAIN.toSeconds());
        if (!thread.isDisposed()) {
            thread.schedule(() -> follow(bus), FOLLOW_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void on(TopicEvent<?> event) {
        switch (event) {
            case TopicEvent.Put<?> put when put.value() instanceof Cut cut -> cut(cut);
            case TopicEvent.Put<?> put -> {
                live.put(put.key(), new SavedRecord(topic.name(), put.key(), put.raw(), put.headers()));
                changed();
            }
            case TopicEvent.Delete<?> delete -> {
                live.remove(delete.key());
                changed();
            }
            case TopicEvent.CaughtUp<?> reached
            when reached.topic().equals(topic) -> {
                followed = reached.topicId();
                expected = expected.isEmpty() ? followed : expected;
                changed();
            }
            case TopicEvent.Replaced<?> replaced
            when replaced.topic().equals(topic) -> {
                known();
                live.clear();
                followed = "";
            }
            case TopicEvent.CaughtUp<?> _,
                    TopicEvent.Replaced<?> _,
                    TopicEvent.Poisoned<?> _,
                    TopicEvent.Progress<?> _ -> {}
        }
    }

    private void cut(Cut cut) {
        var before = known().revision().topicId();
        boolean continues = cut.getRestores().contains(before);
        if (before.isEmpty() || before.equals(cut.getTopicId()) || continues) {
            newest = new Revision(cut.getTopicId(), cut.getConfigOffset(), cut.getSequence());
            expected = continues ? followed : expected;
            changed();
        }
    }

    private void changed() {
        moved = true;
        if (files != null && !saving && !thread.isDisposed()) {
            saving = true;
            thread.schedule(this::save, SAVE_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void save() {
        Known now;
        boolean news;
        synchronized (this) {
            saving = false;
            now = known();
            news = unsaved;
            unsaved = false;
        }
        if (files != null && news && !files.save(now.revision(), now.topicIds(), now.records())) {
            synchronized (this) {
                unsaved = true;
                changed();
            }
        }
    }

    @Override
    public void close() {
        following.dispose();
        if (!thread.isDisposed()) {
            thread.schedule(this::save);
            thread.disposeGracefully().block(GOODBYE);
        }
    }
}
