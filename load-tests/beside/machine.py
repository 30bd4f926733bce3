"""Processes of a run, and what they cost: CPU time and memory as the kernel counts them."""
import os, pathlib, platform, re, resource, shutil, signal, socket, subprocess, sys, time

TICKS = os.sysconf("SC_CLK_TCK")
PROXY_CORE, OTHER_CORE = "0", str(min(1, (os.cpu_count() or 1) - 1))

FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
# a proxy may need two files for each
CONNECTIONS = 10_000 if FILES == resource.RLIM_INFINITY else min(10_000, FILES // 2 - 100)


def say(text):
    print(text, file=sys.stderr, flush=True)


def pinned(core, command):
    return (["taskset", "-c", core] if shutil.which("taskset") else []) + [str(word) for word in command]


class Processes:
    """What this run started, and ends."""

    def __init__(self, folder):
        self.folder, self.running = folder, []
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))

    def start(self, name, core, at, command, ready_s=30, env=None, elsewhere=False):
        """@param at host and port that answer when it is ready; elsewhere: it would have a machine of its own, so it comes last here"""
        log = open(self.folder / f"{name}.log", "ab")
        quiet = {"MELTEMI_LOG_LEVEL": "WARN"} | (env or {})
        command = (["nice", "-n", "10"] if elsewhere else []) + list(command)
        process = subprocess.Popen(pinned(core, command), stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
                                   env=os.environ | quiet)
        self.running.append(process)
        if at and not listening(at, ready_s, process):
            sys.exit(f"bench: {name} doesn't listen on {at[0]}:{at[1]}; its log:\n" + (self.folder / f"{name}.log").read_text()[-2000:])
        return process.pid

    def stop(self, pid, how=signal.SIGTERM):
        process = next(one for one in self.running if one.pid == pid)
        self.running.remove(process)
        end_all([process], how)

    def end(self):
        end_all(self.running, signal.SIGTERM)
        self.running = []


def end_all(processes, how):
    for process in processes:
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            pass
    for process in processes:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def listening(at, seconds, process=None):
    end = time.time() + seconds
    while time.time() < end and (process is None or process.poll() is None):
        try:
            socket.create_connection(at, 0.2).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def family(pid):
    pids = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            pids += family(int(child))
    return pids


def cpu_seconds(pids):
    """User and system time so far."""
    total = 0
    for pid in pids:
        for one in family(pid):
            fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def compiler_seconds(pids):
    """CPU time of a JVM's compilers so far: nothing, once it is warm."""
    total = 0
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            try:
                if re.match(r"C[12] Compiler", (task / "comm").read_text()):
                    total += int((task / "schedstat").read_text().split()[0])
            except OSError:
                pass  # it has ended in between
    return total / 1e9


def rss_kb(pids):
    return sum(int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{one}/status").read_text())[1]) for pid in pids for one in family(pid))


def text():
    return f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release().split('-')[0]}"
