"""What is measured. Each scenario gives a section: rounds of every target in alternation, and the bars that it is judged by."""
import pathlib, shutil, statistics, tempfile, time

from . import loads, machine, ours, peers

HERE = "127.0.0.1"
ORIGIN, BROKER, OURS, METRICS = (HERE, 28000), (HERE, 28092), (HERE, 28010), 28020
OF = {name: (HERE, 28001 + i) for i, name in enumerate(("nginx", "haproxy", "envoy", "nghttpx"))}
MINE = "meltemi"


class Section:
    """@param better "less" or "more": which value of `key` is the better one"""

    def __init__(self, title, key, unit, better):
        self.title, self.key, self.unit, self.better = title, key, unit, better
        self.rounds, self.bars, self.notes = {}, [], []

    def value(self, name):
        return statistics.median(one[self.key] for one in self.rounds[name])

    def ratio(self, peer, mine=MINE):
        """Ours to the peer's, round by round: median, least, most."""
        pairs = sorted(a[self.key] / b[self.key] for a, b in zip(self.rounds[mine], self.rounds[peer]))
        return statistics.median(pairs), pairs[0], pairs[-1]

    def bar(self, what, measured, limit, unit="", at_least=False):
        """@param measured None: there is nothing to compare with"""
        holds = None if measured is None else bool(measured >= limit if at_least else measured <= limit)
        self.bars.append(dict(what=what, measured=measured, limit=limit, unit=unit, at_least=at_least, holds=holds))

    def against(self, peer, limit, at_least=False):
        known = peer in self.rounds and MINE in self.rounds
        self.bar(f"{self.title}, to {peer}", self.ratio(peer)[0] if known else None, limit, "×", at_least)

    def data(self):
        return dict(title=self.title, key=self.key, unit=self.unit, better=self.better, bars=self.bars, notes=self.notes, rounds=self.rounds,
                    median={name: self.value(name) for name in self.rounds}, ratio={name: self.ratio(name) for name in self.rounds if MINE in self.rounds and name != MINE})


def alternate(section, asked, targets, load):
    """@param load called with address and processes; a target that it answers None for is left out"""
    for name, (at, pids) in list(targets.items()):
        # a cold JVM's first answers take long
        if all(load(at, pids, seconds) is None for seconds in (1, 3, 5)):
            section.notes.append(f"{name} doesn't serve this")
            del targets[name]
    if MINE in targets:
        warm(targets[MINE], load, asked.warm_up)
    section.rounds = {name: [] for name in targets}
    for i in range(asked.rounds):
        # the other way round each time, so that what the machine does in between hits all alike
        for name, (at, pids) in list(targets.items())[::1 if i % 2 == 0 else -1]:
            section.rounds[name].append(load(at, pids, asked.seconds))
        machine.say(f"# {section.title}, round {i + 1} of {asked.rounds}: " + ", ".join(f"{name} {rounds[-1][section.key]:,.1f}" for name, rounds in section.rounds.items()))
    share = max(loads.median(section.rounds[name], "compiling") for name in targets)
    if share > 0.05:
        section.notes.append(f"not warm: the JVM's compilers took {share:.0%} of its CPU; give it --warm-up, and a machine of its own")


def warm(target, load, seconds):
    """A JVM is warm when rounds stop getting cheaper; the bound keeps a noisy machine from going on for ever."""
    best, still, end = float("inf"), 0, time.time() + seconds
    while still < 3 and time.time() < end:
        cost = load(*target, 3)["cpu_us"]
        best, still = (cost, 0) if cost < best * 0.97 else (best, still + 1)


class Bench:
    """The processes of one scenario, in a folder that goes with them."""

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="meltemi-bench-", ignore_cleanup_errors=True)
        self.folder = pathlib.Path(self.temporary.name)
        self.processes = machine.Processes(self.folder)
        return self

    def __exit__(self, *_):
        self.processes.end()
        self.temporary.cleanup()

    def peer(self, name, at, command, ready_s=30):
        return at, [self.processes.start(name, machine.PROXY_CORE, at, command, ready_s)]

    def origin(self, *more):
        self.processes.start("origin", machine.OTHER_CORE, ORIGIN, peers.nginx_origin(self.folder, ORIGIN, *more))

    def ours(self, asked, name=MINE, at=OURS, metrics=METRICS, told=True, launcher=None, java_options="", **rules):
        folder = ours.rules(self.folder / f"rules-{name}", at, rules.pop("origin", ORIGIN), **rules)
        return at, [ours.gateway(self.processes, launcher or asked.meltemi, name, folder, at, metrics, BROKER if told else None, java_options)]


def gateway(asked):
    """HTTP/1.1 in plaintext; then the same proxies at half of the slowest one's load, and with idle connections."""
    section = Section("HTTP/1.1 gateway", "cpu_us", "µs of CPU a request", "less")
    with Bench() as bench:
        bench.origin()
        ours.broker(bench.processes, asked.meltemi, BROKER)
        missing, targets = peers.absent("haproxy", "envoy"), {}
        targets["nginx"] = bench.peer("nginx", OF["nginx"], peers.nginx_proxy(bench.folder, OF["nginx"], ORIGIN))
        if "haproxy" not in missing:
            targets["haproxy"] = bench.peer("haproxy", OF["haproxy"], peers.haproxy(bench.folder, "haproxy", OF["haproxy"], ORIGIN))
        if "envoy" not in missing:
            targets["envoy"] = bench.peer("envoy", OF["envoy"], peers.envoy(bench.folder, "envoy", OF["envoy"], ORIGIN))
        if asked.before:
            targets["before"] = bench.ours(asked, "before", (HERE, 28011), 28021, launcher=asked.before)
            warm(targets["before"], loads.wrk, asked.warm_up)
        targets[MINE] = bench.ours(asked)
        alternate(section, asked, targets, loads.wrk)
        section.against("haproxy", 1.2)
        section.against("envoy", 0.6)
        others = [latency(asked, targets)] if shutil.which("h2load") else []
        return [section, *others, idle(targets)]


def latency(asked, targets):
    section = Section("added latency at half load", "p99_ms", "ms more than without a proxy, p99", "less")
    rate = min(loads.median([loads.wrk(at, pids, 1)], "rate") for at, pids in targets.values()) / 2
    section.rounds = {name: [] for name in targets}
    for i in range(asked.rounds):
        bare = loads.latencies(ORIGIN, rate, asked.seconds)
        for name, (at, _) in list(targets.items())[::1 if i % 2 == 0 else -1]:
            seen = loads.latencies(at, rate, asked.seconds)
            section.rounds[name].append({key: max(0.001, seen[key] - bare[key]) for key in ("p50_ms", "p99_ms")} | {"rate": seen["rate"]})
    section.notes.append(f"{rate:,.0f} requests/s, half of what the slowest of them did")
    for key in ("p50_ms", "p99_ms"):
        known = "envoy" in targets
        mine = loads.median(section.rounds[MINE], key)
        section.bar(f"added latency, {key[:3]}, to envoy", mine / loads.median(section.rounds["envoy"], key) if known else None, 1.0, "×")
    return section


def idle(targets):
    """A small heap grows with them, so that ours comes last and once."""
    section = Section("10,000 idle connections", "kb_each", "KB each", "less")
    request = b"GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n"
    section.rounds = {name: [loads.idle(at, pids, machine.CONNECTIONS - 100, request)] for name, (at, pids) in targets.items() if name != "before"}
    section.notes += [f"{name} took {rounds[0]['connections']:,} of them" for name, rounds in section.rounds.items()]
    section.bar("an idle connection", section.value(MINE), 10, "KB")
    return section


def pair(asked):
    """Two sidecars in a row as the launcher starts them, with everything on, beside two Envoys; then what one takes, and its start."""
    section = Section("sidecar pair with mTLS", "cpu_us", "µs of CPU a request, both proxies", "less")
    with Bench() as bench:
        bench.origin((ours.Mesh.CALLEE, ORIGIN[1]))
        targets = {}
        if "envoy" not in peers.absent("envoy"):
            certificates = peers.certificates(bench.folder / "certificates")
            callee = bench.peer("callee", (HERE, 28101), peers.envoy(bench.folder, "callee", (HERE, 28101), ORIGIN, accepting=certificates))
            caller = bench.peer("caller-envoy", (HERE, 28102), peers.envoy(bench.folder, "caller", (HERE, 28102), (HERE, 28101), connecting=certificates))
            targets["two envoys"] = caller[0], caller[1] + callee[1]
        mesh = ours.Mesh(bench.processes, asked.meltemi, ORIGIN[1])
        targets[MINE] = (mesh.CALLER, 15001), list(mesh.pids.values())
        alternate(section, asked, targets, loads.wrk)
        section.against("two envoys", 0.7)
        section.notes.append("Envoy writes no access log here, and counts no metrics by workload")
        return [section, memory(asked, mesh), start(asked, mesh)]


def memory(asked, mesh):
    section = Section("RSS of a sidecar, steady under load", "rss_mb", "MB", "less")
    section.rounds = {MINE: []}
    for _ in range(asked.rounds):
        loads.wrk((mesh.CALLER, 15001), list(mesh.pids.values()), asked.seconds)
        section.rounds[MINE].append(dict(rss_mb=max(machine.rss_kb([pid]) for pid in mesh.pids.values()) / 1024))
    section.notes.append("the larger of the two, with mTLS and its Kafka clients by TLS")
    section.bar("RSS of a sidecar", section.value(MINE), 120, "MB")
    return section


def start(asked, mesh):
    section = Section("start to ready with cached config", "ms", "ms", "less")
    section.rounds = {MINE: [mesh.restart("caller") for _ in range(asked.rounds)]}
    section.notes.append(f"it took {loads.median(section.rounds[MINE], 'cpu_ms'):,.0f} ms of CPU")
    section.notes.append("killed and started again by the launcher, on the one core of all proxies; the broker runs")
    section.bar("start to ready", section.value(MINE), 800, "ms")
    return section


def http2(asked):
    section = Section("HTTP/2 front", "cpu_us", "µs of CPU a request", "less")
    load = lambda at, pids, seconds: loads.h2load(at, pids, seconds)
    with Bench() as bench:
        bench.origin()
        ours.broker(bench.processes, asked.meltemi, BROKER)
        missing, targets = peers.absent("nghttpx", "haproxy", "envoy"), {}
        if "nghttpx" not in missing:
            targets["nghttpx"] = bench.peer("nghttpx", OF["nghttpx"], peers.nghttpx(bench.folder, OF["nghttpx"], ORIGIN))
        if "haproxy" not in missing:
            targets["haproxy"] = bench.peer("haproxy", OF["haproxy"], peers.haproxy(bench.folder, "haproxy", OF["haproxy"], ORIGIN, "proto h2"))
        if "envoy" not in missing:
            targets["envoy"] = bench.peer("envoy", OF["envoy"], peers.envoy(bench.folder, "envoy", OF["envoy"], ORIGIN))
        targets[MINE] = bench.ours(asked)
        alternate(section, asked, targets, load)
        section.against("nghttpx", 1.4)
        section.against("envoy", 0.7)
    return [section]


def grpc(asked):
    """Unary: 1 KiB up and down, with trailers."""
    section = Section("gRPC unary, 1 KiB", "cpu_us", "µs of CPU a call", "less")
    with Bench() as bench:
        message = bench.folder / "message"
        message.write_bytes(b"\0" + (1024).to_bytes(4, "big") + b"x" * 1024)
        load = lambda at, pids, seconds: loads.h2load(at, pids, seconds, "-d", str(message), "-H", "content-type: application/grpc", "-H", "te: trailers",
                                                      path="/message")
        bench.processes.start("nghttpd", machine.OTHER_CORE, ORIGIN, ["nghttpd", "--no-tls", "--trailer=grpc-status: 0", "-d", bench.folder, "-a", HERE, ORIGIN[1]])
        ours.broker(bench.processes, asked.meltemi, BROKER)
        targets = {}
        if "envoy" not in peers.absent("envoy"):
            targets["envoy"] = bench.peer("envoy", OF["envoy"], peers.envoy(bench.folder, "envoy", OF["envoy"], ORIGIN, h2_origin=True))
        targets[MINE] = bench.ours(asked, origin_protocol="GRPC")
        alternate(section, asked, targets, load)
        section.against("envoy", 1.0)
    return [section]


def handshakes(asked):
    """With a client's certificate: the mesh's own port, answering by itself; beside haproxy and Envoy."""
    section = Section("new TLS connections, mutual", "per_cpu_s", "a CPU-second", "more")
    with Bench() as bench:
        bench.origin((ours.Mesh.CALLEE, ORIGIN[1]))
        certificates, targets = peers.certificates(bench.folder / "certificates"), {}
        missing = peers.absent("haproxy", "envoy")
        if "haproxy" not in missing:
            bind = f"ssl crt {certificates}/both.pem ca-file {certificates}/root.pem verify required alpn http/1.1"
            targets["haproxy"] = bench.peer("haproxy", OF["haproxy"], peers.haproxy(bench.folder, "haproxy", OF["haproxy"], ORIGIN, bind))
        if "envoy" not in missing:
            targets["envoy"] = bench.peer("envoy", OF["envoy"], peers.envoy(bench.folder, "envoy", OF["envoy"], ORIGIN, accepting=certificates))
        mesh = ours.Mesh(bench.processes, asked.meltemi, ORIGIN[1])
        targets[MINE] = (mesh.CALLEE, 9080), [mesh.pids["reviews"]]
        own = mesh.member("caller")

        def load(at, pids, seconds):
            mine = at == (mesh.CALLEE, 9080)
            return loads.handshakes(at, pids, seconds, own if mine else (certificates / "cert.pem", certificates / "key.pem"),
                                    ("istio", "http/1.1") if mine else ("http/1.1",), "outbound_.9080_._.reviews.default.svc.cluster.local" if mine else "callee")

        alternate(section, asked, targets, load)
        section.against("haproxy", 1.0, at_least=True)
    return [section]


def tcp(asked):
    section = Section("TCP, one direction", "per_cpu_s", "MB a CPU-second", "more")
    with Bench() as bench:
        sink = loads.Sink(ORIGIN)
        load = lambda at, pids, seconds: loads.stream(at, sink, pids, seconds)
        ours.broker(bench.processes, asked.meltemi, BROKER)
        missing, targets = peers.absent("haproxy", "envoy"), {}
        if "haproxy" not in missing:
            targets["haproxy"] = bench.peer("haproxy", OF["haproxy"], peers.haproxy(bench.folder, "haproxy", OF["haproxy"], ORIGIN, mode="tcp"))
        if "envoy" not in missing:
            targets["envoy"] = bench.peer("envoy", OF["envoy"], peers.envoy(bench.folder, "envoy", OF["envoy"], ORIGIN, tcp=True))
        targets[MINE] = bench.ours(asked, tcp=True)
        try:
            alternate(section, asked, targets, load)
        finally:
            sink.server.close()
        section.against("haproxy", 0.8, at_least=True)
    return [section]


def clusters(asked):
    """The same gateway with 10,000 more services in its table; both with a heap that holds them."""
    section = Section("10,000 clusters in the table", "cpu_us", "µs of CPU a request", "less")
    with Bench() as bench:
        bench.origin()
        ours.broker(bench.processes, asked.meltemi, BROKER)
        heap = "-Xmx128m -XX:MaxMetaspaceSize=96m"
        targets = {"few": bench.ours(asked, "few", (HERE, 28011), 28021, java_options=heap)}
        warm(targets["few"], loads.wrk, asked.warm_up)
        targets[MINE] = bench.ours(asked, java_options=heap, clusters=10_000)
        alternate(section, asked, targets, loads.wrk)
        section.against("few", 1.05)
    return [section]


ALL = dict(gateway=gateway, pair=pair, http2=http2, grpc=grpc, handshakes=handshakes, tcp=tcp, clusters=clusters)
NEEDS = dict(gateway=("wrk", "nginx"), pair=("wrk", "nginx", "openssl"), http2=("h2load", "nginx"), grpc=("h2load", "nghttpd"), handshakes=("nginx", "openssl"), tcp=(),
             clusters=("wrk", "nginx"))
