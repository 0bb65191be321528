#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many feltd of one lab under one service manager, which starts them at one moment.

    herd.py DIR start LIMIT_S HOST... -- ARG...

DIR is what 'felt-lab dir' prints, and this runs in the lab: felt-lab exec switch python3 herd.py.
A process for each HOST goes into its namespaces and waits there; once all wait, one close of a pipe
lets all of them execute 'feltd ARG...'. FELTD_JOIN is handed on. When all have said READY=1, or
after LIMIT_S, a line for each:

    h7 leased=212 ready=260 subnet=10.5.31.0/24

in ms since the pipe was closed, by the kernel's time stamps of what the daemon told its manager; "-"
for what it has not said. A last line

    own=3180 waited=12400 others=37

is about the time until the last had its subnet: how long that was by the lab's own clock (OwnClock,
below), in ms; for how long its daemons together waited for a processor, in ms; and the percentage of
all processor time of processes that was not theirs. The daemons go on running, and to felt-lab they
are its own: pid, kill, stop.
"""
import ctypes
import glob
import json
import os
import re
import selectors
import signal
import socket
import struct
import sys
import time

SO_TIMESTAMPNS = 35  # asm-generic/socket.h; Python has no name for it
CLONE = {"mnt": 0x00020000, "uts": 0x04000000, "net": 0x40000000}  # linux/sched.h
NEWS_MAX = 4096
LOOK_S = 0.1  # so often, who has ended is asked for
ASK_LIMIT_S = 5
QUEUE_MAX = 512  # messages; a daemon waits while its manager has no room for what it says

libc = ctypes.CDLL(None, use_errno=True)


def enter(holder):
    for name, flag in CLONE.items():
        fd = os.open(f"/proc/{holder}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC)
        if libc.setns(fd, flag) < 0:
            error = ctypes.get_errno()
            raise OSError(error, f"cannot enter the {name} namespace of {holder}: {os.strerror(error)}")
        os.close(fd)


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def remove(path):
    if os.path.lexists(path):
        os.unlink(path)


def ask(lab, name, method):
    """What feltd answers over its control socket (proto/io.felt.varlink), or OSError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as sock:
        sock.settimeout(ASK_LIMIT_S)
        sock.connect(f"{lab}/{name}/run/felt/feltd.sock")
        sock.sendall(json.dumps({"method": f"io.felt.{method}"}).encode() + b"\0")
        reply = b""
        while not reply.endswith(b"\0"):
            more = sock.recv(65536)
            if not more:
                raise OSError(f"{name}: feltd closed the connection")
            reply += more
    reply = json.loads(reply[:-1])
    if "error" in reply:
        raise OSError(f"{name}: {method}: {reply['error']}")
    return reply["parameters"]


def spent_by_all():
    """Seconds of processor time that processes have had. Not that of interrupts: those are as much
    the lab's own packets as others'."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, *_ = map(int, file.readline().split()[1:])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def spent_and_waited(pid):
    """Seconds for which the threads of a process have run, and have been ready to run and had no
    processor (schedstat: Documentation/scheduler/sched-stats.rst)."""
    spent = waited = 0
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
                nanoseconds = file.read().split()
            spent += int(nanoseconds[0])
            waited += int(nanoseconds[1])
    except OSError:
        pass  # it has ended
    return spent / 1e9, waited / 1e9


class OwnClock:
    """How much time has passed for the processes of the lab, on a machine that others use, too.

    What others do makes them wait for a processor, and by that much their clock is slower. Of the
    time that they are ready to run and do not, that part is due to others which others have of all
    that runs; the rest they would wait as well if they were alone, for each other. So in a slice of
    time in which they run for r and wait for w, and have the part p of all that runs,

        (r + w p) / (r + w)

    of it passes. Where nobody waits for a processor, but for an answer or a timer, that is all of it,
    however busy the machine is; and where nobody else runs, too."""

    SLICE_S = 0.2

    def __init__(self, pids):
        self.pids = pids
        self.own = self.waited = self.spent = self.all = 0
        self.last = self.look()

    def look(self):
        now, by_all = time.monotonic(), spent_by_all()
        both = [spent_and_waited(pid) for pid in self.pids]
        return now, by_all, sum(spent for spent, _ in both), sum(waited for _, waited in both)

    def is_due(self):
        return time.monotonic() >= self.last[0] + self.SLICE_S

    def go_on(self):
        new = self.look()
        passed, by_all, spent, waited = (max(0, b - a) for a, b in zip(self.last, new))
        by_all = max(by_all, spent)  # which is counted in ticks
        own = spent / by_all if by_all > 0 else 1
        self.own += passed * (spent + waited * own) / (spent + waited) if spent + waited > 0 else passed
        self.waited += waited
        self.spent += spent
        self.all += by_all
        self.last = new

    def others(self):
        return 1 - self.spent / self.all if self.all > 0 else 0


class Gate:
    """Who has come to it waits; all are let through by one system call."""

    def __init__(self):
        self.inner, self.outer = os.pipe2(os.O_CLOEXEC)
        self.ready_in, self.ready_out = os.pipe2(os.O_CLOEXEC)

    def wait(self):
        os.close(self.outer)
        os.write(self.ready_out, b".")
        os.read(self.inner, 1)

    def await_all(self, n_waiting):
        while n_waiting > 0:
            n_waiting -= len(os.read(self.ready_in, n_waiting))

    def open(self):
        now = time.time()
        for fd in (self.outer, self.inner, self.ready_in, self.ready_out):
            os.close(fd)
        return now


class Host:
    """One host and its feltd, which this process is the parent of."""

    def __init__(self, lab, name):
        self.lab, self.name, self.home = lab, name, f"{lab}/{name}"
        with open(f"{self.home}/holder", encoding="ascii") as file:
            self.holder = int(file.read())
        path = f"{self.home}/run/herd.sock"
        remove(path)
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.sock.bind(path)
        self.sock.setblocking(False)
        self.pid = None
        self.begun = self.leased = self.ready = self.subnet = None

    def start(self, args, gate=None):
        """Without a gate it begins at once."""
        assert self.pid is None
        self.hear()  # the last words of the one before
        self.begun = time.time()
        self.leased = self.ready = self.subnet = None
        remove(f"{self.home}/feltd.exit")
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.become(args, gate)
            except OSError as error:
                print(f"herd.py: {self.name}: {error}", file=sys.stderr, flush=True)
            os._exit(127)
        write(f"{self.home}/feltd.pid", f"{self.pid}\n")

    def become(self, args, gate):
        log = os.open(f"{self.home}/feltd.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        enter(self.holder)
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        env = dict(os.environ, NOTIFY_SOCKET="/run/herd.sock")
        if gate:
            gate.wait()
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.execve(f"{self.lab}/bin/feltd", ["feltd", *args], env)

    def ended(self, status):
        """Its parent has been told that it is gone; how it ended is handed up as a shell has it."""
        self.pid = None
        code = os.waitstatus_to_exitcode(status)
        code = 128 - code if code < 0 else code
        remove(f"{self.home}/feltd.pid")
        write(f"{self.home}/feltd.exit", f"{code}\n")
        return code

    def hear(self):
        while True:
            try:
                data, ancillary, _, _ = self.sock.recvmsg(NEWS_MAX, socket.CMSG_SPACE(16))
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
            self.heard(data.decode(), seconds + nanoseconds / 1e9)

    def heard(self, text, when):
        for line in text.splitlines():
            subnet = re.match(r"STATUS=Subnet ([0-9./]+)", line)
            if subnet:
                self.subnet = subnet[1]
                self.leased = self.leased or when
            elif line == "READY=1":
                self.ready = when


class Herd:
    """All of them, and the loop that listens to them."""

    def __init__(self, lab, names):
        write("/proc/sys/net/unix/max_dgram_qlen", f"{QUEUE_MAX}\n")  # of the lab's own network namespace
        self.lab = lab
        self.hosts = [Host(lab, name) for name in names]
        self.selector = selectors.DefaultSelector()
        for host in self.hosts:
            self.selector.register(host.sock, selectors.EVENT_READ, host)

    def listen(self, seconds):
        """What was said until then, and who has ended: [(host, status)]."""
        for key, _ in self.selector.select(max(0, min(seconds, LOOK_S))):
            key.data.hear()
        gone = []
        for host in self.hosts:
            if host.pid is None:
                continue
            pid, status = os.waitpid(host.pid, os.WNOHANG)
            if pid:
                gone.append((host, host.ended(status)))
        return gone

    def start_at_once(self, args):
        """And the lab's clock from then on."""
        gate = Gate()
        for host in self.hosts:
            host.start(args, gate)
        gate.await_all(len(self.hosts))
        clock = OwnClock(feltds(self.lab))
        begun = gate.open()
        for host in self.hosts:
            host.begun = begun
        return clock

    def supervise(self):
        while any(host.pid for host in self.hosts):
            pid, status = os.wait()
            for host in self.hosts:
                if host.pid == pid:
                    host.ended(status)


def report(host):
    def ms(when):
        return "-" if when is None else round((when - host.begun) * 1000)
    return f"{host.name} leased={ms(host.leased)} ready={ms(host.ready)} subnet={host.subnet or '-'}"


def feltds(lab):
    """The daemons of all hosts, those that run already, too, and this process."""
    pids = [os.getpid()]
    for path in glob.glob(f"{lab}/h*/feltd.pid"):
        with open(path, encoding="ascii") as file:
            pids.append(int(file.read()))
    return pids


def start(lab, limit, names, args):
    herd = Herd(lab, names)
    clock = herd.start_at_once(args)
    until = time.monotonic() + limit
    while time.monotonic() < until and any(host.pid and not host.ready for host in herd.hosts):
        waits_for_subnets = not all(host.leased for host in herd.hosts)
        herd.listen(min(OwnClock.SLICE_S, until - time.monotonic()))
        if waits_for_subnets and (clock.is_due() or all(host.leased for host in herd.hosts)):
            clock.go_on()
    for host in herd.hosts:
        print(report(host))
    print(f"own={clock.own * 1000:.0f} waited={clock.waited * 1000:.0f} others={clock.others() * 100:.0f}")
    sys.stdout.flush()
    return herd


def in_background(work):
    """Runs work() in a process of its own and ends this one as soon as it has returned something
    to supervise."""
    done_in, done_out = os.pipe2(os.O_CLOEXEC)
    if os.fork() > 0:
        os.close(done_out)
        sys.exit(0 if os.read(done_in, 1) else 1)
    os.setsid()
    herd = work()
    null = os.open("/dev/null", os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    os.write(done_out, b".")
    os.close(done_out)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    herd.supervise()


def main():
    lab, command, limit, *rest = sys.argv[1:]
    if command != "start" or "--" not in rest:
        sys.exit(__doc__)
    cut = rest.index("--")
    in_background(lambda: start(lab, float(limit), rest[:cut], rest[cut + 1:]))


if __name__ == "__main__":
    main()
