package dev.meltemi.sidecar;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.fleet.Registration;
import dev.meltemi.spiffe.Identity;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// Tells the mesh that an instance is there, what it runs, and that it goes. One record of each kind is on its
/// way at a time; what changes meanwhile is sent when that one has arrived, so a slow broker gets the newest
/// and no backlog.
///
/// With an identity the records are signed. A registration stands for long, so it is signed anew with each new
/// leaf, and now and then in any case: whoever wrote over it, only its owner can bring it back.
final class Presence implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);
    static final Duration INTERVAL = Duration.ofSeconds(5);
    /// After a silence of one lease the route-compiler may have given the instance up: it registers again.
    private static final Duration LEASE = INTERVAL.multipliedBy(3);
    private static final Duration REGISTER_AGAIN = Duration.ofMinutes(10);
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private final MeshBus bus;
    private final String instance;
    private final Supplier<Registration> registrations;
    private final Supplier<@Nullable Identity> identity;
    private final Supplier<Heartbeat> heartbeats;
    private final Scheduler thread;
    private boolean onItsWay;
    private boolean again;
    private boolean registered;
    /// What the registration says has changed since it was sent.
    private boolean outdated;
    private String registeredWith = "";
    private long registeredNanos;
    private boolean leaving;
    private long heardNanos = System.nanoTime();
    /// Of the newest heartbeat: one with a smaller offset stands on a topic that lost what was on it, and so did that
    /// of the registration.
    private long heardAt = -1;

    private Presence(
            MeshBus bus,
            Supplier<@Nullable Identity> identity,
            Supplier<Registration> registrations,
            Supplier<Heartbeat> heartbeats) {
        var first = registrations.get();
        this.bus = bus;
        this.identity = identity;
        this.instance = first.getInstance();
        this.registrations = registrations;
        this.heartbeats = heartbeats;
        String name = "presence-" + first.getWorkload();
        this.thread = Schedulers.fromExecutorService(
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name(name).daemon().factory()),
                name);
    }

    /// @param bus signs as `identity`
    static Presence start(
            MeshBus bus,
            Supplier<@Nullable Identity> identity,
            Supplier<Registration> registrations,
            Supplier<Heartbeat> heartbeats) {
        var presence = new Presence(bus, identity, registrations, heartbeats);
        presence.thread.schedulePeriodically(presence::beat, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        return presence;
    }

    /// Something that a heartbeat says has changed. For any thread.
    void changed() {
        if (!thread.isDisposed()) {
            thread.schedule(this::beat);
        }
    }

    /// Something that the registration says has changed. For any thread.
    void registrationChanged() {
        if (!thread.isDisposed()) {
            thread.schedule(() -> {
                outdated = true;
                beat();
            });
        }
    }

    private void beat() {
        if (onItsWay) {
            again = true;
            return;
        }
        onItsWay = true;
        again = false;
        String leaf = leaf();
        if (outdated) {
            outdated = false;
            registered = false;
        }
        if (!leaf.equals(registeredWith) || System.nanoTime() - registeredNanos > REGISTER_AGAIN.toNanos()) {
            registered = false;
        }
        Mono<Offset> sent = registered || leaving ? beaten() : registered(leaf).then(beaten());
        sent.publishOn(thread).subscribe(this::heard, this::unheard);
    }

    private String leaf() {
        Identity now = identity.get();
        return now == null ? "" : now.credential().serial();
    }

    private Mono<?> registered(String leaf) {
        registeredWith = leaf;
        registeredNanos = System.nanoTime();
        return bus.publish(Write.put(Topics.WORKLOADS, instance, registrations.get()));
    }

    private Mono<Offset> beaten() {
        return Mono.defer(() -> bus.publish(Write.put(Topics.SIDECARS, instance, heartbeats.get())));
    }

    private void heard(Offset at) {
        if (!registered) {
            LOG.info(
                    "event=registered instance={} as={}",
                    instance,
                    registeredWith.isEmpty() ? "nobody" : registeredWith);
        }
        long now = System.nanoTime();
        boolean silentTooLong = registered && now - heardNanos > LEASE.toNanos();
        boolean lost = at.number() <= heardAt;
        heardAt = at.number();
        registered = !silentTooLong && !lost;
        heardNanos = now;
        onItsWay = false;
        if (again || !registered) {
            beat();
        }
    }

    private void unheard(Throwable why) {
        LOG.warn(
                "event=heartbeat-failed instance={} why=\"{}\" next=\"tried again in {} s\"",
                instance,
                why.getMessage(),
                INTERVAL.toSeconds());
        registered = false;
        onItsWay = false;
    }

    /// Withdraws the registration, so that nobody sends anything here any more, and says that the rest is
    /// draining.
    void leave() {
        thread.schedule(() -> leaving = true);
        goodbye(Write.delete(Topics.WORKLOADS, instance));
        changed();
    }

    /// It goes on after all.
    void stay() {
        thread.schedule(() -> {
            leaving = false;
            registered = false;
            beat();
        });
    }

    private void goodbye(Write<?> write) {
        try {
            bus.publish(write).block(GOODBYE);
        } catch (RuntimeException e) {
            LOG.warn(
                    "event=goodbye-failed instance={} topic={} why=\"{}\" next=\"its lease will expire\"",
                    instance,
                    write.topic().name(),
                    e.getMessage());
        }
    }

    @Override
    public void close() {
        thread.disposeGracefully().block(GOODBYE);
        goodbye(Write.delete(Topics.SIDECARS, instance));
    }
}
