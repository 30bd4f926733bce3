package dev.meltemi.proxy.names;

import dev.meltemi.routing.Names;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.util.concurrent.Future;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.resources.LoopResources;

/// Keeps the addresses of names fresh: asks for each before its answer's time to live is over, and again after a
/// failure, later each time. What was found stays until something else is found: a server that fails, or that has
/// nothing to say of a name that had addresses, takes away nothing.
///
/// ```
/// new ──▶ asking ──addresses──▶ known ──its time is up──▶ asking …
///            └──none, failure──▶ known as before, or known to have none ──back-off──▶ asking …
/// ```
/// Its state belongs to one thread of its own, since who is told of addresses may take its time.
@SuppressWarnings("FutureReturnValueIgnored") // its listener hears how it ended
public final class LiveNames implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveNames.class);

    /// An answer with more is cut: the rest has no use for one caller.
    private static final int MOST_ADDRESSES = 1_024;

    /// A name isn't asked for together with all those that were learned with it.
    private static final double JITTER = 0.1;

    private static final int MOST_DOUBLINGS = 10;

    private final NameSettings settings;
    private final RandomGenerator random;
    private final BiConsumer<String, List<InetAddress>> found;
    private final TimesToLive timesToLive = new TimesToLive();
    private final DnsNameResolver resolver;
    private final ScheduledExecutorService thread;
    private final Map<String, Name> names = new HashMap<>();
    private final ArrayDeque<Name> waiting = new ArrayDeque<>();
    private final LongAdder questions = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private Duration refresh = Names.NONE.refresh();
    private int underWay;

    private static final class Name {
        final String text;
        List<InetAddress> addresses = List.of();
        int failures;
        boolean gone;

        @Nullable
        ScheduledFuture<?> next;

        Name(String text) {
            this.text = text;
        }
    }

    /// @param questions that were asked
    /// @param failures among them, also of names that have no address
    public record Counters(long questions, long failures) {}

    /// @param found is told a name's addresses, none if it has none; on a thread that may block
    public LiveNames(
            NameSettings settings,
            LoopResources loops,
            RandomGenerator random,
            BiConsumer<String, List<InetAddress>> found) {
        this.settings = settings;
        this.random = random;
        this.found = found;
        this.resolver = Resolvers.builder(
                        settings,
                        loops,
                        loops.onClient(LoopResources.DEFAULT_NATIVE).next())
                .resolveCache(timesToLive)
                .build();
        this.thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("names").daemon().factory());
    }

    /// From now on these names, and no others. For any thread.
    public void follow(Names wanted) {
        run(() -> {
            refresh = wanted.refresh();
            Set.copyOf(names.keySet()).forEach(known -> {
                if (!wanted.hosts().contains(known)) {
                    forget(known);
                }
            });
            wanted.hosts().forEach(host -> {
                if (!names.containsKey(host)) {
                    var name = new Name(host);
                    names.put(host, name);
                    ask(name);
                }
            });
        });
    }

    private void forget(String known) {
        Name name = names.remove(known);
        if (name != null) {
            name.gone = true;
            if (name.next != null) {
                name.next.cancel(false);
            }
        }
    }

    private void ask(Name name) {
        name.next = null;
        if (name.gone) {
            return;
        }
        if (underWay >= settings.atOnce()) {
            waiting.add(name);
            return;
        }
        underWay++;
        questions.increment();
        resolver.resolveAll(name.text)
                .addListener((Future<List<InetAddress>> answer) -> run(() -> heard(name, answer)));
    }

    private void heard(Name name, Future<List<InetAddress>> answer) {
        underWay--;
        List<InetAddress> addresses = answer.isSuccess() ? usable(answer.getNow()) : List.of();
        long seconds = timesToLive.take(answer.isSuccess() ? answer.getNow() : List.of());
        if (!name.gone) {
            if (addresses.isEmpty()) {
                failed(name, answer.cause());
            } else {
                name.failures = 0;
                tell(name, addresses);
                again(name, bounded(seconds == 0 ? refresh : Duration.ofSeconds(seconds)));
            }
        }
        for (Name next = waiting.poll(); next != null && underWay < settings.atOnce(); next = waiting.poll()) {
            ask(next);
        }
    }

    /// IPv6 only where there is nothing else, so that nobody is sent where this machine may have no way to.
    private static List<InetAddress> usable(List<InetAddress> all) {
        var four = new LinkedHashSet<InetAddress>();
        var six = new LinkedHashSet<InetAddress>();
        all.forEach(address -> (address instanceof Inet4Address ? four : six).add(address));
        return (four.isEmpty() ? six : four).stream().limit(MOST_ADDRESSES).toList();
    }

    private void tell(Name name, List<InetAddress> addresses) {
        if (!addresses.equals(name.addresses)) {
            name.addresses = addresses;
            found.accept(name.text, addresses);
        }
    }

    private void failed(Name name, @Nullable Throwable why) {
        failures.increment();
        name.failures++;
        if (name.failures == 1) {
            LOG.warn(
                    "event=name-not-resolved name={} why=\"{}\" next=\"{}\"",
                    name.text,
                    why == null ? "no address" : why.getMessage(),
                    name.addresses.isEmpty() ? "it has no endpoint until it resolves" : "the last addresses stay");
            if (name.addresses.isEmpty()) {
                found.accept(name.text, List.of());
            }
        }
        long doubled = settings.soonest().toNanos() << Math.min(name.failures - 1, MOST_DOUBLINGS);
        again(name, bounded(Duration.ofNanos(Math.min(doubled, Math.max(1, refresh.toNanos())))));
    }

    private Duration bounded(Duration wanted) {
        Duration least = wanted.compareTo(settings.soonest()) < 0 ? settings.soonest() : wanted;
        return least.compareTo(settings.latest()) > 0 ? settings.latest() : least;
    }

    /// Up to a tenth later than the soonest, or earlier than that.
    private void again(Name name, Duration after) {
        double share = after.compareTo(settings.soonest()) <= 0
                ? 1 + JITTER * random.nextDouble()
                : 1 - JITTER * random.nextDouble();
        try {
            name.next = thread.schedule(() -> ask(name), (long) (after.toNanos() * share), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException _) {
            name.gone = true;
        }
    }

    private void run(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException _) {
            // closed: nobody wants to know
        }
    }

    public Counters counters() {
        return new Counters(questions.sum(), failures.sum());
    }

    @Override
    public void close() {
        thread.shutdownNow();
        resolver.close();
    }
}
