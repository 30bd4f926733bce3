package dev.meltemi.sidecar.config;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.bus.state.LastKnownGood;
import dev.meltemi.bus.state.SavedRecord;
import dev.meltemi.routing.EndpointInterest;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.compiled.AccessRules;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// Keeps a {@link RunningConfig} up to date from the bus, and from the last-known-good files while the bus is
/// away at the start. Tables are built on its own thread.
public final class ConfigFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigFollower.class);
    /// Files are written at most that often.
    private static final Duration SAVE_PAUSE = Duration.ofMillis(500);
    /// A write that failed, for want of space perhaps, is tried again after that.
    private static final Duration SAVE_AGAIN = Duration.ofSeconds(5);
    private static final Duration FOLLOW_AGAIN = Duration.ofSeconds(1);
    private static final int PREFETCH = 512;

    private final String workload;
    private final RunningConfig running;
    private final @Nullable LastKnownGood files;
    private final boolean adoptNewBus;
    private CutAssembler assembler = new CutAssembler();
    private final Scheduler thread;
    private final Scheduler disk;
    private final Disposable.Swap following = Disposables.swap();
    private final Disposable.Composite life = Disposables.composite(following);
    private final InstantSource clock;
    private boolean saveDue;
    private boolean rereads;
    private volatile long heardNanos = System.nanoTime();
    private volatile @Nullable Instant servedFileOf;
    private final AtomicReference<@Nullable Save> unsaved = new AtomicReference<>();

    /// @param stateFolder for the last-known-good files; empty: none
    /// @param patience with the bus at the start before a file is served
    /// @param oldestFile that is served
    /// @param adoptNewBus run what a bus with another topic id says, instead of taking it for a loss
    public record Settings(
            String workload, Optional<Path> stateFolder, Duration patience, Duration oldestFile, boolean adoptNewBus) {}

    private record Save(Revision revision, List<SavedRecord> records) {}

    private ConfigFollower(Settings settings, RunningConfig running, InstantSource clock) {
        this.workload = settings.workload();
        this.running = running;
        this.adoptNewBus = settings.adoptNewBus();
        this.clock = clock;
        this.files = settings.stateFolder()
                .map(folder -> new LastKnownGood(folder, settings.oldestFile(), clock))
                .orElse(null);
        this.thread = scheduler("config-" + workload);
        this.disk = scheduler("state-" + workload);
    }

    private static Scheduler scheduler(String name) {
        return Schedulers.fromExecutorService(
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name(name).daemon().factory()),
                name);
    }

    public static ConfigFollower start(MeshBus bus, Settings settings, RunningConfig running, InstantSource clock) {
        var follower = new ConfigFollower(settings, running, clock);
        long patience = settings.patience().toMillis();
        if (patience == 0) {
            // before anything of Kafka is loaded
            follower.thread.schedule(follower::serveFile);
        } else {
            follower.life.add(follower.thread.schedule(follower::serveFile, patience, TimeUnit.MILLISECONDS));
        }
        follower.thread.schedule(() -> follower.follow(bus));
        return follower;
    }

    /// From the beginning, with nothing remembered: what a topic doesn't hold any more is gone. Only for access
    /// rules whose records can't be read it matters what they said before.
    private void follow(MeshBus bus) {
        follow(bus, null);
    }

    /// @param filter of the endpoints that are kept; null: to be found out
    private void follow(MeshBus bus, @Nullable EndpointFilter filter) {
        rereads = false;
        assembler = new CutAssembler(lastKnownAccess(), new EndpointInterest(running.self()), filter);
        following.update(bus.follow(CutAssembler.TOPICS)
                .publishOn(thread, PREFETCH)
                .subscribe(event -> on(bus, event), why -> failed(bus, why)));
    }

    private Map<String, AccessRules> lastKnownAccess() {
        if (running.summary().ready() || files == null) {
            return running.compiled().access();
        }
        return files.load(SavedConfig::of)
                .map(loaded -> loaded.compiled().access())
                .orElse(Map.of());
    }

    private void serveFile() {
        if (files == null || running.summary().ready()) {
            return;
        }
        files.load(SavedConfig::of)
                .ifPresentOrElse(
                        this::serve,
                        () -> LOG.warn(
                                "event=not-ready workload={} why=\"no revision from the bus yet, and no file\"",
                                workload));
    }

    private void serve(SavedConfig loaded) {
        servedFileOf = loaded.writtenAt();
        running.run(loaded.revision(), loaded.compiled(), true, List.of());
        LOG.warn(
                "event=running workload={} revision={} sequence={} from=file writtenAt={}",
                workload,
                loaded.revision().offset(),
                loaded.revision().sequence(),
                loaded.writtenAt());
    }

    /// How long ago the bus confirmed that what runs is the newest; of a file: how long ago it was written.
    public Duration age() {
        var file = servedFileOf;
        return file != null && running.summary().stale() ? Duration.between(file, clock.instant()) : silence();
    }

    /// How long nothing was heard of the bus, which says something every few seconds even when nothing changes.
    public Duration silence() {
        return Duration.ofNanos(System.nanoTime() - heardNanos);
    }

    /// How many last-known-good files couldn't be written.
    public long writeFailures() {
        return files == null ? 0 : files.failures();
    }

    private void on(MeshBus bus, TopicEvent<?> event) {
        heardNanos = System.nanoTime();
        if (event instanceof TopicEvent.Replaced<?> replaced) {
            alarm(replaced);
        }
        switch (assembler.on(event)) {
            case Outcome.Wait() -> {}
            case Outcome.Apply apply -> apply(apply);
            case Outcome.Endpoints endpoints -> update(endpoints);
            case Outcome.Reread(var filter) -> reread(bus, filter);
            case Outcome.Refuse(var revision, var why) -> refuse(revision, why);
        }
    }

    /// What runs goes on until everything is here again.
    private void reread(MeshBus bus, EndpointFilter filter) {
        LOG.info(
                "event=reading-again workload={} why=\"it now sees services whose endpoints it didn't keep\"",
                workload);
        if (!rereads) {
            rereads = true;
            thread.schedule(() -> follow(bus, filter));
        }
    }

    private void alarm(TopicEvent.Replaced<?> replaced) {
        LOG.error(
                "event=topic-replaced workload={} topic={} before={} now={} next=\"what runs goes on\"",
                workload,
                replaced.topic().name(),
                replaced.before(),
                replaced.now());
        running.refuse("topic " + replaced.topic().name() + " was deleted and created again (topic id "
                + replaced.before() + ", now " + replaced.now() + "): what runs goes on");
    }

    private void apply(Outcome.Apply apply) {
        var next = apply.revision();
        rememberAnotherBus(apply);
        var now = running.summary();
        if (now.ready() && !goesOnFrom(now.revision(), apply)) {
            refuse(
                    next,
                    "the bus was rebuilt (topic id " + next.topicId() + ", this sidecar runs "
                            + now.revision().topicId() + "): `meltemi restore` brings the rules back; or restart it"
                            + " with --adopt-new-bus or an empty state folder");
            return;
        }
        if (now.ready()
                && next.topicId().equals(now.revision().topicId())
                && next.sequence() < now.revision().sequence()) {
            refuse(
                    next,
                    "sequence " + next.sequence() + " is older than "
                            + now.revision().sequence() + ", which runs");
            return;
        }
        apply.unreadable().forEach(why -> LOG.error("event=record-unreadable workload={} why=\"{}\"", workload, why));
        running.run(next, apply.compiled(), false, apply.unreadable());
        running.get()
                .closed()
                .forEach(scope -> LOG.error(
                        "event=access-closed workload={} scope={} why=\"its record can't be read and nothing is known"
                                + " of what it said\" next=\"nobody gets in; publish its rule again\"",
                        workload,
                        scope));
        LOG.info(
                "event=running workload={} revision={} sequence={} routes={} endpoints={}",
                workload,
                next.offset(),
                next.sequence(),
                apply.compiled().routes().size(),
                apply.compiled().endpoints().size());
        save();
    }

    /// A sidecar that starts beside a bus which was rebuilt meanwhile takes it for the loss that it is, too.
    private void rememberAnotherBus(Outcome.Apply next) {
        if (files != null && !running.summary().ready()) {
            files.load(SavedConfig::of)
                    .filter(loaded -> !goesOnFrom(loaded.revision(), next))
                    .ifPresent(this::serve);
        }
    }

    /// A bus that lost everything says of other rules what this one never said; unless it was restored from what
    /// the control services knew of this one.
    private boolean goesOnFrom(Revision before, Outcome.Apply next) {
        return adoptNewBus
                || before.topicId().equals(next.revision().topicId())
                || next.restores().contains(before.topicId());
    }

    /// Endpoints change those of their own revision: while it is refused, as that of a rebuilt bus is, what runs
    /// keeps the ones that it knows.
    private void update(Outcome.Endpoints endpoints) {
        if (!endpoints.revision().equals(running.summary().revision())) {
            return;
        }
        endpoints.unreadable().forEach(why -> LOG.warn("event=endpoint-refused workload={} why=\"{}\"", workload, why));
        running.update(endpoints.changes(), assembler.endpointCount(), endpoints.unreadable());
        save();
    }

    private void refuse(Revision revision, String why) {
        LOG.warn(
                "event=refused workload={} revision={} sequence={} why=\"{}\"",
                workload,
                revision.offset(),
                revision.sequence(),
                why);
        running.refuse("revision " + revision.offset() + ": " + why);
    }

    /// Topics may not be there yet when a sidecar starts before the control services.
    private void failed(MeshBus bus, Throwable cause) {
        LOG.warn(
                "event=following-failed workload={} why=\"{}\" next=\"tried again in {} s; what runs goes on\"",
                workload,
                cause.getMessage(),
                FOLLOW_AGAIN.toSeconds());
        running.refuse("following the bus failed: " + cause.getMessage());
        life.add(thread.schedule(() -> follow(bus), FOLLOW_AGAIN.toMillis(), TimeUnit.MILLISECONDS));
    }

    /// Remembers that there is something to write. What, is gathered once for all that changes within the pause:
    /// gathered for each of 10,000 endpoints, it kept a sidecar busy for minutes.
    private void save() {
        if (files != null && !saveDue) {
            saveDue = true;
            thread.schedule(this::gather, SAVE_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void gather() {
        var summary = running.summary();
        if (saveDue && summary.ready() && !summary.stale()) {
            assembler.recordsOf(summary.revision()).ifPresent(records -> {
                unsaved.set(new Save(summary.revision(), records));
                disk.schedule(this::write);
            });
        }
        saveDue = false;
    }

    private void write() {
        var save = unsaved.getAndSet(null);
        if (save != null
                && files != null
                && !files.save(save.revision(), save.records())
                && unsaved.compareAndSet(null, save)
                && !life.isDisposed()) {
            disk.schedule(this::write, SAVE_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        life.dispose();
        thread.schedule(this::gather);
        thread.disposeGracefully().block(Duration.ofSeconds(5));
        disk.schedule(this::write);
        disk.disposeGracefully().block(Duration.ofSeconds(5));
    }
}
