package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// Five hundred callers at once that say what they have to say octet by octet, or nothing (slowloris), beside others
/// that ask as one does.
class SlowCallersTest {
    private static final Duration HEAD = Duration.ofSeconds(1);
    private static final int IN_HEADS = 200;
    private static final int IN_BODIES = 150;
    private static final int SILENT = 150;
    private static final int ASKING = 4;
    private static final int QUESTIONS = 250;
    private static final String GET = "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: reviews:9080\r\nContent-Length: 1000\r\n\r\n";

    private static ProxyUnderTest proxy() {
        var usual = ProxySettings.Timeouts.DEFAULT;
        return new ProxyUnderTest(ProxySettings.DEFAULT.with(new ProxySettings.Timeouts(
                HEAD,
                usual.downstreamIdle(),
                usual.stream(),
                usual.upstreamIdle(),
                usual.halfClosed(),
                usual.linger(),
                usual.handshake(),
                usual.connect())));
    }

    @Test
    void they_are_cut_at_the_deadline_of_a_head_and_nobody_else_notices() throws Exception {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var proxy = proxy();
                var slow = new Slow(proxy);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            proxy.rules.endpoint(origin.address());
            ask(proxy, threads::submit);
            long alone = p99(ask(proxy, threads::submit));
            long before = liveMemory();

            slow.begin();
            var _ = threads.submit(slow::drip);
            long among = p99(ask(proxy, threads::submit));
            long most = liveMemory();

            assertThat(among).as("p99 in us, alone %d", alone).isLessThan(Math.max(10 * alone, 250_000));
            assertThat(most - before)
                    .as("octets for %d of them", IN_BODIES + SILENT)
                    .isLessThan(24L << 20);
            for (RawClient caller : slow.inHeads) {
                assertThat(caller.readToEndOrReset()).startsWith("HTTP/1.1 408");
            }
            var cut = proxy.log.stream()
                    .filter(entry -> entry.responseCode() == 408)
                    .toList();
            assertThat(cut)
                    .hasSize(IN_HEADS)
                    .allSatisfy(entry -> assertThat(entry.responseFlags() + " " + entry.responseCodeDetails())
                            .isEqualTo("DPE request_head_timeout"));
            assertThat(proxy.log.stream().filter(entry -> entry.responseCode() == 200))
                    .hasSize(3 * ASKING * QUESTIONS);
            Awaitility.await().until(() -> proxy.server.openConnections() == IN_BODIES + SILENT);

            slow.leave();

            Awaitility.await().until(() -> proxy.server.openConnections() == 0);
            Awaitility.await().until(() -> proxy.log.size() == 3 * ASKING * QUESTIONS + IN_HEADS + IN_BODIES);
        }
    }

    /// Octets in use on the heap, after a collection, and in Netty's buffers.
    private static long liveMemory() {
        System.gc();
        Runtime jvm = Runtime.getRuntime();
        long direct = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
        return jvm.totalMemory() - jvm.freeMemory() + direct;
    }

    private interface Starting {
        Future<long[]> start(Callable<long[]> asking);
    }

    /// @return microseconds that each took
    private static long[] ask(ProxyUnderTest proxy, Starting threads) throws Exception {
        var asking = new ArrayList<Future<long[]>>();
        for (int i = 0; i < ASKING; i++) {
            asking.add(threads.start(() -> {
                var took = new long[QUESTIONS];
                try (var client = new RawClient(proxy.outbound())) {
                    for (int question = 0; question < QUESTIONS; question++) {
                        long begin = System.nanoTime();
                        client.write(GET);
                        assertThat(client.answer()).startsWith("HTTP/1.1 200");
                        took[question] = (System.nanoTime() - begin) / 1000;
                    }
                }
                return took;
            }));
        }
        var all = new long[0];
        for (Future<long[]> one : asking) {
            long[] more = one.get();
            int so = all.length;
            all = Arrays.copyOf(all, so + more.length);
            System.arraycopy(more, 0, all, so, more.length);
        }
        return all;
    }

    private static long p99(long[] took) {
        Arrays.sort(took);
        return took[took.length * 99 / 100];
    }

    private static final class Slow implements AutoCloseable {
        final List<RawClient> inHeads = new ArrayList<>();
        private final List<RawClient> inBodies = new ArrayList<>();
        private final List<RawClient> silent = new ArrayList<>();
        private final AtomicBoolean over = new AtomicBoolean();
        private final ProxyUnderTest proxy;

        Slow(ProxyUnderTest proxy) {
            this.proxy = proxy;
        }

        void begin() throws IOException {
            open(inHeads, IN_HEADS, GET.substring(0, GET.length() - 2));
            open(inBodies, IN_BODIES, POST);
            open(silent, SILENT, "");
        }

        private void open(List<RawClient> to, int count, String begin) throws IOException {
            for (int i = 0; i < count; i++) {
                var caller = new RawClient(proxy.outbound());
                to.add(caller);
                caller.write(begin);
            }
        }

        /// An octet of each every tenth of a second, as long as anybody hears it.
        boolean drip() {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(100))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> {
                        say(inHeads);
                        say(inBodies);
                        return over.get();
                    });
            return true;
        }

        private static void say(List<RawClient> callers) {
            for (RawClient caller : callers) {
                try {
                    caller.write("x");
                } catch (IOException cut) {
                    // as those in heads are
                }
            }
        }

        @Override
        public void close() throws IOException {
            leave();
        }

        void leave() throws IOException {
            over.set(true);
            for (List<RawClient> callers : List.of(inHeads, inBodies, silent)) {
                for (RawClient caller : callers) {
                    caller.close();
                }
            }
        }
    }
}
