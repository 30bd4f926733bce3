package dev.meltemi.proxy.tls;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One side of TLS and the context that its files make now. Looked after by the thread that reads files; event loops
/// hold what there is.
public final class CredentialSlot {
    private static final Logger LOG = LoggerFactory.getLogger(CredentialSlot.class);
    private static final Duration TICKET_KEY = Duration.ofHours(1);

    private final TlsSide side;
    private final @Nullable Path folder;
    private final List<Runnable> waiting = new ArrayList<>();
    private final AtomicReference<@Nullable CredentialContext> current = new AtomicReference<>();
    private volatile String trouble = "";
    private volatile boolean tried;
    private volatile Instant lastUsed;
    private volatile boolean closed;

    /// Those of the last look, and since when tickets are sealed with one key; only the reading thread's.
    private @Nullable CredentialFiles files;

    private Instant sealedSince;
    private boolean doubted;

    CredentialSlot(TlsSide side, @Nullable Path folder, Instant now) {
        this.side = side;
        this.folder = folder;
        this.lastUsed = now;
        this.sealedSince = now;
    }

    CredentialSlot used(Instant now) {
        lastUsed = now;
        return this;
    }

    boolean unusedSince(Instant then) {
        return lastUsed.isBefore(then);
    }

    public TlsSide side() {
        return side;
    }

    /// Whether its files have been looked at.
    public boolean isTried() {
        return tried;
    }

    /// Runs it once the files have been looked at; at once when they have.
    ///
    /// @param where on which it runs
    public void whenTried(Executor where, Runnable then) {
        synchronized (waiting) {
            if (!tried) {
                waiting.add(() -> where.execute(then));
                return;
            }
        }
        then.run();
    }

    /// To be released by whoever asked.
    ///
    /// @return null when there is none, see {@link #trouble}
    public @Nullable CredentialContext hold() {
        while (true) {
            CredentialContext now = current.get();
            if (now == null || now.hold()) {
                return now;
            }
        }
    }

    /// Whether new connections get this one.
    @SuppressWarnings("ReferenceEquality")
    public boolean isCurrent(CredentialContext context) {
        return current.get() == context;
    }

    /// Why the files can't be used as they are; empty: they can.
    public String trouble() {
        return trouble;
    }

    /// Reads the files if they have changed.
    void look() {
        if (closed) {
            return;
        }
        CredentialFiles before = files;
        if (before == null || doubted || before.changed()) {
            read();
        }
        CredentialContext now = current.get();
        if (now != null && sealedSince.plus(TICKET_KEY).isBefore(lastUsed)) {
            sealedSince = lastUsed;
            now.rotateTickets();
        }
    }

    private void read() {
        var found = new CredentialFiles(folder);
        try {
            replace(new ContextMaker(found).make(side));
            files = found;
            doubted = false;
            LOG.info("event=credential-in-use use=\"{}\" certificates=\"{}\"", side.words(), leaves());
            trouble = "";
        } catch (RuntimeException e) {
            files = found;
            failed(String.valueOf(e.getMessage()));
        }
        List<Runnable> ready;
        synchronized (waiting) {
            tried = true;
            ready = List.copyOf(waiting);
            waiting.clear();
        }
        ready.forEach(Runnable::run);
    }

    /// One that is just being written is looked at again before anybody is alarmed.
    private void failed(String why) {
        if (current.get() != null && !doubted) {
            doubted = true;
            return;
        }
        doubted = false;
        if (!why.equals(trouble)) {
            LOG.error(
                    "event=credential-unusable use=\"{}\" why=\"{}\" next=\"{}\"",
                    side.words(),
                    why,
                    current.get() == null ? "connections are closed until it can be read" : "the one before goes on");
        }
        trouble = why;
    }

    private void replace(CredentialContext made) {
        CredentialContext before = current.getAndSet(made);
        if (before != null) {
            before.release();
        }
        if (closed) {
            close();
        }
    }

    private List<CredentialState.Leaf> leaves() {
        CredentialContext now = hold();
        if (now == null) {
            return List.of();
        }
        try {
            return now.leaves().stream()
                    .map(leaf -> new CredentialState.Leaf(
                            leaf.getSubjectX500Principal().getName(),
                            leaf.getSerialNumber().toString(16),
                            leaf.getNotBefore().toInstant(),
                            leaf.getNotAfter().toInstant()))
                    .toList();
        } finally {
            now.release();
        }
    }

    CredentialState state() {
        return new CredentialState(side.words(), current.get() != null, leaves(), trouble);
    }

    long resumed() {
        CredentialContext now = hold();
        if (now == null) {
            return 0;
        }
        try {
            return now.resumed();
        } finally {
            now.release();
        }
    }

    /// Open connections go on.
    void close() {
        closed = true;
        CredentialContext last = current.getAndSet(null);
        if (last != null) {
            last.release();
        }
    }
}
