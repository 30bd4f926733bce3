package dev.meltemi.proxy.tls;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The contexts of all TLS that isn't the mesh's own, by what rules say of it. Files are read by one thread of their
/// own, which looks every second whether they have changed: new connections then get what they hold now, open ones go
/// on. What can't be read changes nothing.
public final class Credentials implements AutoCloseable {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    /// After that long without a connection a context is forgotten.
    private static final Duration UNUSED = Duration.ofHours(2);

    private final @Nullable Path folder;
    private final InstantSource clock;
    private final Map<TlsSide, CredentialSlot> slots = new ConcurrentHashMap<>();
    private @Nullable ScheduledExecutorService reader;
    private boolean closed;

    /// @param folder of credentials by name; null: only rules that name paths can be followed
    public Credentials(@Nullable Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /// Never blocks. What isn't known yet is read soon, see {@link CredentialSlot#whenTried}.
    public CredentialSlot slot(TlsSide side) {
        CredentialSlot slot = slots.get(side);
        return slot == null ? slots.computeIfAbsent(side, this::begin) : slot.used(clock.instant());
    }

    private CredentialSlot begin(TlsSide side) {
        var slot = new CredentialSlot(side, folder, clock.instant());
        try {
            reader().execute(slot::look);
        } catch (RejectedExecutionException _) {
            // The proxy ends, and its connections with it.
        }
        return slot;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a look tells by itself what it couldn't read
    private synchronized ScheduledExecutorService reader() {
        ScheduledExecutorService now = reader;
        if (now == null) {
            now = Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("credentials", true));
            reader = now;
            if (closed) {
                now.shutdown();
            } else {
                long between = BETWEEN_LOOKS.toMillis();
                now.scheduleWithFixedDelay(this::look, between, between, TimeUnit.MILLISECONDS);
            }
        }
        return now;
    }

    private void look() {
        Instant now = clock.instant();
        slots.values().removeIf(slot -> {
            boolean forgotten = slot.unusedSince(now.minus(UNUSED));
            if (forgotten) {
                slot.close();
            } else {
                slot.look();
            }
            return forgotten;
        });
    }

    /// What is known of all credentials that connections have asked for.
    public List<CredentialState> states() {
        var all = new ArrayList<CredentialState>();
        slots.values().forEach(slot -> all.add(slot.state()));
        all.sort(java.util.Comparator.comparing(CredentialState::use));
        return all;
    }

    /// Full handshakes that callers were spared since their credentials were last replaced.
    public long resumed() {
        return slots.values().stream().mapToLong(CredentialSlot::resumed).sum();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (reader != null) {
                reader.shutdownNow();
            }
        }
        slots.values().forEach(CredentialSlot::close);
        slots.clear();
    }
}
