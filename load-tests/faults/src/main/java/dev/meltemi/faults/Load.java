package dev.meltemi.faults;

import dev.meltemi.faults.Wire.Answer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Steady mixed load through a sidecar: small and large answers, bodies with a length and in chunks, each client on a
/// connection of its own and at a rate of its own. Every request is in the ledger.
public final class Load implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final byte[] NOTHING = {};
    private static final int BODY = 2_000;
    private static final int LARGE = 8_192;
    /// Between two attempts to connect.
    private static final long AGAIN_NANOS = 20_000_000;
    /// Longest latency that is told apart, in microseconds.
    private static final long LONGEST = TimeUnit.SECONDS.toMicros(60);

    private final InetSocketAddress to;
    private final String host;
    private final Ledger ledger;
    private final long paceNanos;
    private final List<Thread> clients;
    private volatile Histogram window = histogram();
    private volatile String rule = "";
    private volatile boolean stopped;

    /// Latencies of a phase: the median of its windows' figures, in microseconds.
    public record Measured(long requests, long p50, long p99, long most) {
        static final Measured NOTHING = new Measured(0, 0, 0, 0);

        /// The medians of several phases of a kind.
        static Measured median(List<Measured> phases) {
            return phases.isEmpty()
                    ? NOTHING
                    : new Measured(
                            phases.stream().mapToLong(Measured::requests).sum(),
                            middle(phases.stream().mapToLong(Measured::p50).toArray()),
                            middle(phases.stream().mapToLong(Measured::p99).toArray()),
                            phases.stream().mapToLong(Measured::most).max().orElse(0));
        }

        private static long middle(long[] figures) {
            Arrays.sort(figures);
            return figures[figures.length / 2];
        }
    }

    private Load(Ledger ledger, InetSocketAddress to, String host, int clients, int perSecond) {
        this.ledger = ledger;
        this.to = to;
        this.host = host;
        this.paceNanos = TimeUnit.SECONDS.toNanos(clients) / perSecond;
        this.clients = IntStream.range(0, clients)
                .mapToObj(number -> Thread.ofVirtual().name("client-" + number).start(() -> ask(number, clients)))
                .toList();
    }

    /// @param to a sidecar's outbound listener
    /// @param host that is asked for: `reviews:9080`
    public static Load start(Ledger ledger, InetSocketAddress to, String host, int clients, int perSecond) {
        return new Load(ledger, to, host, clients, perSecond);
    }

    private static Histogram histogram() {
        return new ConcurrentHistogram(LONGEST, 3);
    }

    /// A phase of that length, which ends when it is over.
    ///
    /// @param windows into which it is cut; the figures are the medians of theirs
    public Measured measure(Duration time, int windows) {
        var figures = new ArrayList<Measured>();
        for (int i = 0; i < windows; i++) {
            window = histogram();
            Await.pass(time.dividedBy(windows));
            var heard = window;
            figures.add(new Measured(
                    heard.getTotalCount(),
                    heard.getValueAtPercentile(50),
                    heard.getValueAtPercentile(99),
                    heard.getMaxValue()));
        }
        return Measured.median(figures);
    }

    /// What the newest answer said in `x-rule`: which version of a rule is live.
    public String rule() {
        return rule;
    }

    private void ask(int client, int count) {
        // a name of this load's own, so that several loads share a ledger
        String name = client + "@" + System.identityHashCode(this);
        Wire wire = null;
        long next = System.nanoTime() + client * paceNanos / count;
        while (!stopped) {
            next = Math.max(next, System.nanoTime() - PATIENCE.toNanos());
            for (long wait = next - System.nanoTime(); wait > 0 && !stopped; wait = next - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            next += paceNanos;
            wire = once(name, wire);
        }
        close(wire);
    }

    /// @return the connection to go on with; null when it is of no use any more
    private @Nullable Wire once(String client, @Nullable Wire open) {
        Wire wire = open;
        int number = ledger.sends(client);
        try {
            wire = wire == null ? new Wire(to, PATIENCE) : wire;
            long begin = System.nanoTime();
            var answer = exchange(wire, client, number);
            window.recordValueWithExpectedInterval(
                    Math.min(LONGEST, (System.nanoTime() - begin) / 1_000), paceNanos / 1_000);
            judge(client, number, answer);
            if (!"close".equalsIgnoreCase(answer.header("connection"))) {
                return wire;
            }
        } catch (IOException | RuntimeException e) {
            ledger.failed(client, number, e.toString());
            LockSupport.parkNanos(AGAIN_NANOS);
        }
        close(wire);
        return null;
    }

    private Answer exchange(Wire wire, String client, int number) throws IOException {
        boolean sends = number % 4 > 1;
        int answerBytes = number % 4 == 1 ? LARGE : 64;
        var headers = Map.of(
                Origin.CLIENT,
                client,
                Origin.NUMBER,
                String.valueOf(number),
                Origin.ANSWER_BYTES,
                String.valueOf(answerBytes));
        return wire.exchange(
                sends ? "POST" : "GET",
                host,
                "/reviews/" + number,
                headers,
                sends ? new byte[BODY] : NOTHING,
                number % 4 == 3);
    }

    private void judge(String client, int number, Answer answer) {
        int sent = number % 4 > 1 ? BODY : 0;
        int expected = number % 4 == 1 ? LARGE : 64;
        if (answer.status() != 200) {
            ledger.failed(client, number, answer.status() + " " + answer.body());
        } else if (!answer.header(Origin.NUMBER).equals(String.valueOf(number))) {
            ledger.failed(client, number, "the answer to another request");
        } else if (answer.bodyBytes() != expected
                || !answer.header(Origin.BODY_BYTES).equals(String.valueOf(sent))) {
            ledger.failed(client, number, "a body of another length");
        } else {
            ledger.answered(client, number);
            rule = answer.header("x-rule");
        }
    }

    private static void close(@Nullable Wire wire) {
        if (wire != null) {
            try {
                wire.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /// Ends when every request has its answer.
    @Override
    public void close() {
        stopped = true;
        for (Thread client : clients) {
            try {
                client.join(PATIENCE.plusSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
