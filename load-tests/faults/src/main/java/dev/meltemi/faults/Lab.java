package dev.meltemi.faults;

import dev.meltemi.bus.KafkaBus;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.kafka.KafkaSettings;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/// A small mesh of real processes on loopback addresses of its own: a broker, the control services, `productpage`,
/// which calls, and two versions of `reviews`, which answer. The applications live in this process and keep the ledger.
/// Whatever it started ends with it, also when this process is told to end.
///
/// ```
/// load ─▶ productpage's sidecar ─▶ sidecar of reviews-v1 or -v2 ─▶ origin (ledger)
///                │  rules, telemetry              │
///                └────────────▶ broker ◀──────────┘◀── control
/// ```
public final class Lab implements AutoCloseable {
    /// On a machine that builds at the same time.
    public static final Duration START = Duration.ofSeconds(60);

    public static final String HOST = "reviews:9080";
    private static final int LAST_WORDS = 12;
    private static final int OUTBOUND = 15001;
    private static final int METRICS = 15020;
    private static final int HEALTH = 15021;
    private static final int ADMIN = 15000;
    /// Where applications listen, each at its sidecar's address.
    static final int APPLICATION = 9081;
    private static final String MAIN = "dev.meltemi.distribution.Meltemi";
    /// Room for the 10,000 services of a tombstone storm, all of which an unscoped sidecar knows: 64 MB hold 7,000.
    private static final List<String> SMALL = List.of("-Xmx192m", "-Xmn24m");
    private static final List<String> SERVICE = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");

    private final Path folder;
    private final List<String> sidecarJvm;
    private final Addresses addresses = new Addresses();
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Map<String, String> addressOf = new LinkedHashMap<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final LoopResources loops = LoopResources.create("origin", 1, true);
    private final Ledger ledger = new Ledger();
    private final Thread hook = new Thread(this::killAll, "kill-lab");
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private String bootstrapServers = "";
    private @Nullable Told told;

    /// A lab with nothing in it yet.
    ///
    /// @param folder of its data
    public Lab(Path folder) {
        this(folder, SMALL);
    }

    /// @param sidecarJvm options of the sidecars' JVMs
    Lab(Path folder, List<String> sidecarJvm) {
        this.folder = folder;
        this.sidecarJvm = List.copyOf(sidecarJvm);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// The whole small mesh, serving.
    public static Lab start(Path folder) {
        return start(new Lab(folder));
    }

    /// @param lab that has nothing in it yet
    static Lab start(Lab lab) {
        try {
            lab.addBroker();
            lab.addControl("control");
            lab.addSidecars();
            return lab;
        } catch (RuntimeException | Error e) {
            lab.close();
            throw e;
        }
    }

    /// A broker of one node, `broker`, with the mesh's topics.
    public Member addBroker() {
        String address = addresses.next();
        int port = Addresses.freePort(address);
        var data = folder.resolve("broker").toString();
        var broker = add(
                "broker",
                elsewhere(meltemi(
                        SERVICE, "broker", "--host", address, "--port", String.valueOf(port), "--data-dir", data)),
                line -> line.startsWith("READY "));
        broker.launch().awaitStarted(START);
        connect(address + ":" + port);
        return broker;
    }

    /// A loopback address that nobody else in this lab has.
    String newAddress() {
        return addresses.next();
    }

    /// The brokers that everybody is told of; the lab's own bus is opened to them.
    public void connect(String brokers) {
        bootstrapServers = brokers;
        var bus = KafkaBus.open(KafkaSettings.of(brokers, "fault-lab"));
        open.add(bus);
    }

    /// The control services in a process of their own. Several may run.
    ///
    /// @param more options
    public Member addControl(String name, String... more) {
        String address = addresses.next();
        var command = new ArrayList<>(meltemi(
                SERVICE,
                "control",
                "--bootstrap-servers",
                bootstrapServers,
                "--registry-host",
                address,
                "--registry-port",
                String.valueOf(Addresses.freePort(address)),
                "--health-host",
                address,
                "--state-dir",
                stateOf(name).toString()));
        command.addAll(Arrays.asList(more));
        return add(name, elsewhere(command), "READY"::equals).launch().awaitStarted(START);
    }

    /// `productpage`, `reviews-v1` and `reviews-v2`, and waits until they serve.
    public void addSidecars() {
        addSidecar("productpage", "v1", false).launch();
        addSidecar("reviews-v1", "v1", true).launch();
        addSidecar("reviews-v2", "v2", true).launch();
        for (String sidecar : List.of("productpage", "reviews-v1", "reviews-v2")) {
            member(sidecar).awaitStarted(START);
            awaitReady(sidecar, START);
        }
        awaitEndpoints(2);
    }

    /// One that isn't launched yet.
    ///
    /// @param application whether an origin stands behind it
    /// @param more options
    public Member addSidecar(String workload, String version, boolean application, String... more) {
        return addSidecar(sidecarJvm, workload, version, application, more);
    }

    /// @param jvm options of its JVM
    Member addSidecar(List<String> jvm, String workload, String version, boolean application, String... more) {
        String address = addressOf.computeIfAbsent(workload, _ -> addresses.next());
        String service = workload.replaceFirst("-v\\d+$", "");
        var command = new ArrayList<>(meltemi(
                jvm,
                "sidecar",
                "--workload",
                workload,
                "--service",
                service + ":9080",
                "--labels",
                "app=" + service + ",version=" + version,
                "--address",
                address,
                "--app-port",
                String.valueOf(application ? APPLICATION : 0),
                "--bootstrap-servers",
                bootstrapServers,
                "--state-dir",
                stateOf(workload).toString(),
                "--bus-patience",
                "1000"));
        command.addAll(Arrays.asList(more));
        if (application) {
            open.add(Origin.start(ledger, address, APPLICATION, loops));
        }
        return add(workload, command, line -> line.startsWith("sidecar ") && line.endsWith(" started"));
    }

    /// Waits until productpage's sidecar knows so many endpoints of reviews.
    public void awaitEndpoints(int count) {
        Await.until(
                "productpage knows " + count + " endpoints of reviews",
                START,
                () -> get("http://" + address("productpage") + ":" + ADMIN + "/clusters")
                        .map(answer -> answer.body()
                                        .lines()
                                        .filter(line -> line.contains("reviews") && line.contains("::weight::"))
                                        .count()
                                >= count)
                        .orElse(false));
    }

    /// A second process of a member, at the same address: only what hands its ports over can be started so.
    public Member addAnother(String of, String name) {
        var member = member(of).another(name);
        synchronized (members) {
            members.put(name, member);
        }
        return member;
    }

    /// @param ready the line that says that it has started
    public Member add(String name, List<String> command, Predicate<String> ready) {
        var member = new Member(name, command, Map.of("MALLOC_ARENA_MAX", "1"), ready);
        synchronized (members) {
            members.put(name, member);
        }
        return member;
    }

    /// The command line of something that would have a machine of its own, a broker or the control services: behind the
    /// sidecars and their load in the queue for the cores that all share here.
    static List<String> elsewhere(List<String> command) {
        return Stream.concat(Stream.of("nice", "-n", "10"), command.stream()).toList();
    }

    /// The command line of `meltemi` with the class path of this process.
    public static List<String> meltemi(List<String> jvm, String... arguments) {
        return java(jvm, MAIN, arguments);
    }

    static List<String> java(List<String> jvm, String main, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xshare:auto", "--enable-native-access=ALL-UNNAMED"));
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    public Member member(String name) {
        synchronized (members) {
            var member = members.get(name);
            if (member == null) {
                throw new IllegalArgumentException("no member " + name + " among " + members.keySet());
            }
            return member;
        }
    }

    /// Kills a member that a row added, and forgets it; does nothing when there is none.
    public void remove(String name) {
        synchronized (members) {
            var member = members.remove(name);
            if (member != null) {
                member.kill();
            }
        }
    }

    public Member broker() {
        return member("broker");
    }

    public Path stateOf(String workload) {
        return folder.resolve("state").resolve(workload);
    }

    public Path folder() {
        return folder;
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    public String address(String sidecar) {
        return java.util.Objects.requireNonNull(addressOf.get(sidecar), sidecar);
    }

    public Ledger ledger() {
        return ledger;
    }

    /// The lab's own view of the topics, from its first use on.
    public synchronized Told told() {
        if (told == null) {
            var bus = open.stream()
                    .filter(MeshBus.class::isInstance)
                    .map(MeshBus.class::cast)
                    .findFirst();
            told = new Told(bus.orElseThrow(() -> new IllegalStateException("the lab has no broker yet")));
        }
        return told;
    }

    /// Load on productpage's sidecar, from now until it is closed.
    public Load load(int perSecond) {
        return Load.start(ledger, outbound("productpage"), HOST, 8, perSecond);
    }

    public InetSocketAddress outbound(String sidecar) {
        return new InetSocketAddress(address(sidecar), OUTBOUND);
    }

    public void awaitReady(String sidecar, Duration patience) {
        Await.until(sidecar + " is ready", patience, () -> ready(sidecar));
    }

    public boolean ready(String sidecar) {
        return get("http://" + address(sidecar) + ":" + HEALTH + "/healthz/ready")
                .map(answer -> answer.statusCode() == 200)
                .orElse(false);
    }

    /// A sample of a sidecar's exposition without labels; empty when it has none or doesn't answer.
    public Optional<Double> metric(String sidecar, String name) {
        return get("http://" + address(sidecar) + ":" + METRICS + "/metrics").stream()
                .flatMap(answer -> answer.body().lines())
                .filter(line -> line.startsWith(name + " "))
                .map(line -> Double.valueOf(line.substring(name.length() + 1).strip()))
                .findFirst();
    }

    /// An admin page of a sidecar: `/stats`.
    public String page(String sidecar, String path) {
        return get("http://" + address(sidecar) + ":" + ADMIN + path)
                .map(HttpResponse::body)
                .orElse("");
    }

    /// Empty when nobody answers.
    public Optional<HttpResponse<String>> get(String url) {
        try {
            var request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(5));
            return Optional.of(http.send(request.build(), BodyHandlers.ofString()));
        } catch (InterruptedIOException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + url, e);
        }
    }

    /// For a row that broke: the end of what each member said.
    List<String> lastWords() {
        synchronized (members) {
            return members.values().stream()
                    .map(member -> member.name() + ": " + member.tail(LAST_WORDS))
                    .toList();
        }
    }

    private void killAll() {
        synchronized (members) {
            members.values().forEach(Member::kill);
        }
    }

    @Override
    public void close() {
        killAll();
        if (told != null) {
            told.close();
        }
        for (AutoCloseable one : open.reversed()) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IllegalStateException("closing " + one, e);
            }
        }
        loops.dispose();
        http.close();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending, and the hook is what closes
        }
    }
}
