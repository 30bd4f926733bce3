"""Load generators, each for some seconds on the other core, with what they and the proxy's processes say afterwards."""
import http.client, math, pathlib, re, socket, ssl, statistics, subprocess, sys, tempfile, threading, time

from . import machine

CHUNK = b"x" * (256 << 10)


def millis(number):
    value, unit = re.match(r"([\d.]+)(us|ms|s|m)", number).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]


class Metered:
    """CPU time of a proxy's processes around something."""

    def __init__(self, pids):
        self.pids = pids

    def __enter__(self):
        self.compiling = machine.compiler_seconds(self.pids)
        self.before, self.started = machine.cpu_seconds(self.pids), time.time()
        return self

    def __exit__(self, *_):
        self.used, self.wall = machine.cpu_seconds(self.pids) - self.before, time.time() - self.started
        self.compiling = machine.compiler_seconds(self.pids) - self.compiling


def row(metered, done, errors="", **more):
    used = max(metered.used, 1 / machine.TICKS)
    return dict(compiling=min(1, metered.compiling / used), rate=done / metered.wall, cpu_us=used / max(done, 1) * 1e6, per_cpu_s=done / used, busy=used / metered.wall,
                rss_mb=machine.rss_kb(metered.pids) / 1024, errors=errors) | more


def tool(*words):
    return subprocess.run(machine.pinned(machine.OTHER_CORE, words), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120).stdout


def wrk(at, pids, seconds, connections=64, host="reviews:9080"):
    with Metered(pids) as metered:
        out = tool("wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", "-H", f"Host: {host}", f"http://{at[0]}:{at[1]}/")
    count = re.search(r"(\d+) requests in", out)
    if not count or int(count[1]) == 0:
        sys.exit(f"bench: {at[0]}:{at[1]} answered nothing:\n{out}")
    errors = re.search(r"(Non-2xx.*|Socket errors.*)", out)
    return row(metered, int(count[1]), errors[0].strip() if errors else "",
               p50_ms=millis(re.search(r"\n\s+50%\s+(\S+)", out)[1]), p99_ms=millis(re.search(r"\n\s+99%\s+(\S+)", out)[1]))


def h2load(at, pids, seconds, *options, path="/", connections=16, streams=32, host="reviews:9080"):
    """HTTP/2 by prior knowledge. @return None when nothing succeeded"""
    with Metered(pids) as metered:
        out = tool("h2load", "-t1", f"-c{connections}", f"-m{streams}", "-D", str(max(1, round(seconds))), "-H", f":authority: {host}",
                   *options, f"http://{at[0]}:{at[1]}{path}")
    counts = re.search(r"(\d+) total.* (\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored", out)
    if not counts or int(counts[3]) == 0:
        return None
    bad = f"{counts[4]} failed" if int(counts[4]) else ""
    good = re.search(r"status codes: (\d+) 2xx", out)
    if not good or int(good[1]) < int(counts[3]) * 0.99:
        bad = re.search(r"status codes:.*", out)[0]
    return row(metered, int(counts[3]), bad)


def latencies(at, rate, seconds, connections=32, host="reviews:9080"):
    """At a fixed rate, spread over connections. @return p50 and p99, ms"""
    with tempfile.NamedTemporaryFile(prefix="meltemi-bench-") as log:
        tool("h2load", "--h1", "-t1", f"-c{connections}", "-m1", "-D", str(max(1, round(seconds))), f"--rps={max(1, round(rate / connections))}", "-H", f":authority: {host}",
             f"--log-file={log.name}", f"http://{at[0]}:{at[1]}/")
        times = sorted(int(line.split()[2]) for line in pathlib.Path(log.name).read_text().splitlines())
    if not times:
        sys.exit(f"bench: {at[0]}:{at[1]} answered nothing at {rate:.0f} requests/s")
    return dict(p50_ms=times[len(times) // 2] / 1000, p99_ms=times[math.ceil(len(times) * 0.99) - 1] / 1000, rate=len(times) / max(1, round(seconds)))


def handshakes(at, pids, seconds, certificate=None, alpn=("http/1.1",), name=None):
    """Full TLS handshakes on new connections, one after the other from four threads. @return None when none succeeded"""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(list(alpn))
    if certificate:
        context.load_cert_chain(*certificate)
    done, failed, end = [0] * 4, [], time.time() + seconds

    def shake(mine):
        while time.time() < end:
            try:
                with socket.create_connection(at, 5) as raw, context.wrap_socket(raw, server_hostname=name) as secured:
                    secured.sendall(b"GET / HTTP/1.1\r\nHost: reviews:9080\r\nConnection: close\r\n\r\n")
                    if not secured.recv(4096):
                        raise OSError("closed without an answer")
                done[mine] += 1
            except OSError as problem:
                failed.append(str(problem))
                if len(failed) > 20 and not any(done):
                    return

    with Metered(pids) as metered:
        threads = [threading.Thread(target=shake, args=(i,)) for i in range(len(done))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if not any(done):
        machine.say(f"# no handshake with {at[0]}:{at[1]}: {failed[0] if failed else 'no answer'}")
        return None
    return row(metered, sum(done), f"{len(failed)} failed" if failed else "")


class Sink:
    """Reads whatever comes and counts it."""

    def __init__(self, at):
        self.server, self.octets = socket.create_server(at), 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.drain, args=(connection,), daemon=True).start()

    def drain(self, connection):
        buffer = bytearray(len(CHUNK))
        with connection:
            try:
                while count := connection.recv_into(buffer):
                    self.octets += count
            except OSError:
                pass


def stream(at, sink, pids, seconds, connections=4):
    """Octets through a TCP proxy in one direction. @return None when nothing came through"""
    before, end = sink.octets, time.time() + seconds

    def send():
        try:
            with socket.create_connection(at, 5) as connection:
                connection.settimeout(5)
                while time.time() < end:
                    connection.sendall(CHUNK)
        except OSError:
            pass

    with Metered(pids) as metered:
        threads = [threading.Thread(target=send) for _ in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(0.2)
    octets = sink.octets - before
    return row(metered, octets / 1e6) if octets > len(CHUNK) * 8 else None


def idle(at, pids, count, request):
    """Connections that have had one answer and then say nothing. @return KB each, of the proxy's memory"""
    open_ones = []
    before = machine.rss_kb(pids)
    try:
        for i in range(count):
            # a source address has 28,000 ports
            connection = socket.create_connection(at, 10, source_address=(f"127.0.1.{1 + i // 5000}", 0))
            open_ones.append(connection)
            try:
                connection.sendall(request)
                connection.recv(4096)
            except OSError:
                break  # it takes no more
        time.sleep(2)
        return dict(kb_each=max(0, machine.rss_kb(pids) - before) / len(open_ones), connections=len(open_ones))
    finally:
        for connection in open_ones:
            connection.close()


def plain_requests(at, pids, seconds, host="reviews:9080"):
    """A load generator that needs nothing installed, for the smoke test."""
    end, done, connection = time.time() + seconds, 0, http.client.HTTPConnection(*at, timeout=5)
    with Metered(pids) as metered:
        while time.time() < end:
            connection.request("GET", "/", headers={"Host": host})
            answer = connection.getresponse()
            if answer.status != 200 or not answer.read():
                sys.exit(f"bench: {at[0]}:{at[1]} answered {answer.status}")
            done += 1
    connection.close()
    return row(metered, done, p50_ms=0, p99_ms=0)


def median(rounds, key):
    return statistics.median(one[key] for one in rounds)
