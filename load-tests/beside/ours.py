"""Our own proxies as the launcher starts them: a gateway in static mode with telemetry to a broker, and a mesh with CA, TLS to Kafka and two sidecars."""
import signal, subprocess, sys, time, urllib.request

from . import machine

RULES = """apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: bench, namespace: default}}
spec:
  selector: {{istio: ingressgateway}}
  servers:
  - port: {{number: {port}, name: {name}, protocol: {protocol}}}
    hosts: ["*"]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: bench, namespace: default}}
spec:
  hosts: ["*"]
  gateways: [bench]
  {route}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: origin, namespace: default}}
spec:
  hosts: [origin.example]
  ports: [{{number: 80, name: {origin_name}, protocol: {origin_protocol}, targetPort: {origin_port}}}]
  resolution: STATIC
  endpoints: [{{address: {origin_host}}}]
"""
HTTP_ROUTE = "http:\n  - match: [{uri: {prefix: /}}]\n    route:\n    - destination: {host: origin.example, port: {number: 80}}"
TCP_ROUTE = "tcp:\n  - route:\n    - destination: {host: origin.example, port: {number: 80}}"
ANOTHER = """---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: other-{i}, namespace: default}}
spec: {{hosts: [other-{i}.example], ports: [{{number: 80, name: http, protocol: HTTP}}], resolution: STATIC, endpoints: [{{address: 127.0.0.1}}]}}
"""


def rules(folder, at, origin, tcp=False, origin_protocol="HTTP", clusters=0):
    folder.mkdir()
    protocol = "TCP" if tcp else "HTTP"
    (folder / "bench.yaml").write_text(RULES.format(
        port=at[1], name=protocol.lower(), protocol=protocol, route=TCP_ROUTE if tcp else HTTP_ROUTE, origin_host=origin[0], origin_port=origin[1],
        origin_name="tcp" if tcp else origin_protocol.lower(), origin_protocol="TCP" if tcp else origin_protocol))
    if clusters:
        (folder / "others.yaml").write_text("".join(ANOTHER.format(i=i) for i in range(clusters)))
    return folder


def gateway(processes, launcher, name, folder, at, metrics, broker=None, java_options="", admin=0):
    """@return its process, when it listens"""
    told = ["--bootstrap-servers", f"{broker[0]}:{broker[1]}"] if broker else []
    return processes.start(name, machine.PROXY_CORE, at,
                           [launcher, "gateway", "--resources", folder, "--bind", at[0], *told, "--admin-port", admin, "--metrics-port", metrics, "--health-port", 0],
                           90, {"MELTEMI_JAVA_OPTS": java_options})


def broker(processes, launcher, at):
    processes.start("broker", machine.OTHER_CORE, at, [launcher, "broker", "--port", at[1], "--data-dir", processes.folder / "broker"], 180, elsewhere=True)
    return at


def ready(address):
    try:
        return urllib.request.urlopen(f"http://{address}:15021/healthz/ready", timeout=2).status == 200
    except OSError:
        return False


class Mesh:
    """A CA, a broker by TLS, control services, and two sidecars: `caller` calls `reviews`, with mTLS between."""

    CALLER, CALLEE = "127.97.0.2", "127.97.0.3"
    BROKER, CA, REGISTRY, HEALTH = 28192, 28112, 28181, 28114

    def __init__(self, processes, launcher, origin_port):
        self.processes, self.launcher, self.folder, self.pids = processes, launcher, processes.folder / "mesh", {}
        here = "127.0.0.1"
        self.fingerprint = self.run("ca", "init", "--dir", self.folder, "--broker-host", here).split()[-1]
        start = lambda name, at, *words: processes.start(name, machine.OTHER_CORE, at, [launcher, *words], 180, elsewhere=True)
        start("mesh-broker", (here, self.BROKER), "broker", "--port", self.BROKER, "--credentials", self.folder / "broker", "--data-dir", processes.folder / "mesh-broker")
        kafka = ["--bootstrap-servers", f"{here}:{self.BROKER}"]
        start("ca", (here, self.CA), "ca", "run", "--dir", self.folder, "--listen", f"{here}:{self.CA}", *kafka, "--credentials", self.folder / "ca")
        start("control", None, "control", "--credentials", self.folder, "--registry-port", self.REGISTRY, "--health-port", self.HEALTH,
              "--state-dir", processes.folder / "control-state", *kafka)
        for name in ("caller", "reviews"):
            (processes.folder / f"{name}.token").write_text(self.run("token", "create", "--dir", self.folder, "--service-account", f"bench-{name}"))
        self.commands = {
            name: [launcher, "sidecar", "--workload", f"{name}-v1", "--service", f"{name}:9080", "--service-account", f"bench-{name}", "--address", address,
                   "--app-port", port, *kafka, "--kafka-tls", "--ca", f"{here}:{self.CA}", "--ca-fingerprint", self.fingerprint,
                   "--token-file", processes.folder / f"{name}.token", "--state-dir", processes.folder / f"{name}-state"]
            for name, address, port in (("reviews", self.CALLEE, origin_port), ("caller", self.CALLER, 0))}
        for name in self.commands:
            self.start(name)
        self.await_answer()

    def run(self, *words):
        return subprocess.run([str(word) for word in (self.launcher, *words)], capture_output=True, text=True, check=True).stdout.strip()

    def address(self, name):
        return self.CALLER if name == "caller" else self.CALLEE

    def start(self, name):
        self.pids[name] = self.processes.start(name, machine.PROXY_CORE, None, self.commands[name])

    def await_answer(self):
        end = time.time() + 120
        while time.time() < end:
            try:
                request = urllib.request.Request(f"http://{self.CALLER}:15001/", headers={"Host": "reviews:9080"})
                if urllib.request.urlopen(request, timeout=2).status == 200:
                    return
            except OSError:
                time.sleep(0.2)
        logs = "\n".join(f"{log.name}: {log.read_text()[-800:]}" for log in self.processes.folder.glob("*.log"))
        sys.exit(f"bench: the mesh answers nothing at {self.CALLER}:15001; logs:\n{logs}")

    def member(self, name):
        """Key and certificate of a sidecar, in one file."""
        return next((self.processes.folder / f"{name}-state").rglob("identity.pem")),

    def restart(self, name):
        """Killed and started again, with its last-known-good file. @return until it says that it is ready: ms, and CPU time, which a crowded machine doesn't change"""
        self.processes.stop(self.pids[name], signal.SIGKILL)
        started = time.time()
        self.start(name)
        while not ready(self.address(name)):
            if time.time() - started > 60:
                sys.exit(f"bench: {name} isn't ready after 60 s; its log:\n" + (self.processes.folder / f"{name}.log").read_text()[-2000:])
            time.sleep(0.01)
        return dict(ms=(time.time() - started) * 1000, cpu_ms=machine.cpu_seconds([self.pids[name]]) * 1000)
