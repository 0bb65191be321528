#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Join storms, one after the other, in which those who give are killed at random moments.

    donor_kills.py DIR KILLS SEED GIVERS JOINERS

Runs in the lab (felt-lab exec switch). h1 has founded the network and is stopped; h1..hGIVERS give, the
next JOINERS hosts come and go. FELTD_JOIN is a token for all. A storm: all joiners start at once as new
nodes; until the last of them is ready, givers are killed with SIGKILL and start again from their disks,
and some joiners are killed as well, and lose their disks or keep them. Then everybody's map must come to
say the same; the joiners leave, and forget all; the next storm begins, until KILLS givers were killed.
After the last one the joiners stay.

Prints what happened as NAME=NUMBER, and a line "not: ..." for each thing that must not happen: a subnet
that two hosts have, at any moment that was looked at; maps that do not come to agree; a feltd that
ends by itself.
"""
import os
import random
import re
import shutil
import signal
import sys
import time

import herd
import maps

SLOTS = 255
GAP_S = 0.06         # between two kills at most
DOWN_S = 0.1         # a process is away at most
HURRY = 0.25         # that part of the joiners is killed as well
HURRY_S = 0.1        # so long after their start at most
LOST_SHARE = 4       # at most a part of the slots is with lost disks: most must be alive, to reclaim them
LIMIT_S = 120        # for a storm, and for what follows it; far above what they take
SAMPLE_S = 0.01


class Storm:
    def __init__(self, lab, seed, givers, joiners):
        self.random = random.Random(seed)
        names = [f"h{i}" for i in range(1, givers + joiners + 1)]
        self.herd = herd.Herd(lab, names)
        self.givers, self.joiners = self.herd.hosts[:givers], self.herd.hosts[givers:]
        self.count = dict.fromkeys(("kills", "storms", "joins", "leaves", "wipes", "resumes", "samples"), 0)
        self.wrong = set()
        self.due = {}         # host: (when, what) happens to it next
        self.leaving = set()  # their subnets are no longer their own
        self.lost = set()     # the nodes whose disks are gone

    # ---- one host

    def later(self, host, seconds, act):
        self.due[host] = time.monotonic() + self.random.uniform(0, seconds), act

    def kill(self, host):
        self.due.pop(host, None)
        os.kill(host.pid, signal.SIGKILL)
        _, status = os.waitpid(host.pid, 0)
        host.ended(status)

    @staticmethod
    def wipe(host):
        shutil.rmtree(f"{host.home}/var-lib/felt", ignore_errors=True)
        shutil.rmtree(f"{host.home}/run/flannel", ignore_errors=True)
        host.subnet = None

    def join(self, host):
        host.start([])
        self.count["joins"] += 1
        if self.random.random() < HURRY:
            self.later(host, HURRY_S, self.strike_joiner)

    def strike_joiner(self, host):
        if self.random.random() < 0.5 and self.may_lose(host):
            self.kill(host)
            self.wipe(host)
            self.count["wipes"] += 1
            self.later(host, DOWN_S, self.join)
        else:
            self.kill(host)
            self.count["resumes"] += 1
            self.later(host, DOWN_S, lambda host: host.start([]))

    def strike_giver(self):
        up = [host for host in self.givers if host.pid]
        if up:
            host = self.random.choice(up)
            self.kill(host)
            self.count["kills"] += 1
            self.later(host, DOWN_S, lambda host: host.start([]))

    def may_lose(self, host):
        """Whether few enough slots are with lost disks, also when this host's is lost. Asks a giver."""
        try:
            own = herd.ask(self.herd.lab, host.name, "GetStatus")["node"]["id"]
        except OSError:  # it has not come that far: there is nothing to lose
            return True
        for giver in self.givers:
            try:
                members = herd.ask(self.herd.lab, giver.name, "ListMembers")["members"]
            except OSError:
                continue
            lost = sum(m["slots"] for m in members if m["id"] in self.lost | {own})
            if lost * LOST_SHARE > sum(m["slots"] for m in members):
                return False
            self.lost.add(own)
            return True
        return False

    # ---- all of them

    def claims(self, host):
        """The subnets that containers of the host may use at this moment."""
        if host in self.leaving:
            return set()
        claims = {host.subnet} if host.subnet else set()
        try:
            with open(f"{host.home}/run/flannel/subnet.env", encoding="ascii") as file:
                env = re.search(r"^FLANNEL_SUBNET=(.*)\.\d+(/\d+)$", file.read(), re.MULTILINE)
                claims.add(f"{env[1]}.0{env[2]}")
        except FileNotFoundError:
            pass
        return claims

    def sample(self):
        has = {}
        self.count["samples"] += 1
        for host in self.herd.hosts:
            for subnet in self.claims(host):
                if subnet in has:
                    self.wrong.add(f"{has[subnet]} and {host.name} both have {subnet}")
                has[subnet] = host.name

    def turn(self):
        for host, status in self.herd.listen(SAMPLE_S):
            if host not in self.leaving or status != 0:
                self.wrong.add(f"{host.name}: feltd ended by itself with status {status}")
        now = time.monotonic()
        for host in [host for host, (when, _) in self.due.items() if when <= now]:
            _, act = self.due.pop(host)
            act(host)
        self.sample()

    def until(self, what, done):
        limit = time.monotonic() + LIMIT_S
        while not done():
            if time.monotonic() >= limit:
                self.wrong.add(f"storm {self.count['storms']}: not within {LIMIT_S} s: {what}")
                return
            self.turn()

    def all_ready(self):
        return not self.due and all(host.pid and host.ready for host in self.herd.hosts)

    def rage(self, kills):
        for host in self.joiners:
            self.later(host, DOWN_S, self.join)
        strike, limit = 0, time.monotonic() + LIMIT_S
        while not all(host.pid and host.ready for host in self.joiners) and time.monotonic() < limit:
            self.turn()
            if self.count["kills"] < kills and time.monotonic() >= strike:
                self.strike_giver()
                strike = time.monotonic() + self.random.uniform(0, GAP_S)
        self.until("all are ready", self.all_ready)
        self.count["storms"] += 1

    def agree(self):
        names = [host.name for host in self.herd.hosts]
        gone = self.lost  # what they had is reclaimed in the end; that takes longer than a storm
        limit = time.monotonic() + LIMIT_S
        while (wrong := maps.look(self.herd.lab, SLOTS, names, gone)) and time.monotonic() < limit:
            self.turn()
        if wrong:
            self.wrong.add(f"storm {self.count['storms']}: {wrong}")

    def order_to_leave(self, host):
        """Whoever was just started is confirmed in a moment, and refuses until then: feltctl asks again, too."""
        limit = time.monotonic() + LIMIT_S
        while True:
            try:
                herd.ask(self.herd.lab, host.name, "Leave")
                self.count["leaves"] += 1
                return
            except OSError as error:
                if "NotConfirmed" not in str(error) or time.monotonic() >= limit:
                    self.wrong.add(f"cannot leave: {error}")
                    return
            self.turn()

    def leave(self):
        for host in self.joiners:
            self.leaving.add(host)
            self.order_to_leave(host)
        self.until("all have left", lambda: not any(host.pid for host in self.joiners))
        for host in self.joiners:
            if host.pid:
                self.kill(host)
            self.wipe(host)
        self.leaving.clear()


def run(lab, kills, seed, givers, joiners):
    storm = Storm(lab, seed, givers, joiners)
    for host in storm.givers:
        host.start([])
    storm.until("the givers are ready", lambda: all(host.ready for host in storm.givers))
    spent = dict.fromkeys(("rage", "agree", "leave"), 0.0)
    while not storm.wrong and storm.count["kills"] < kills:
        if storm.count["storms"] > 0:
            begun = time.monotonic()
            storm.leave()
            spent["leave"] += time.monotonic() - begun
        begun = time.monotonic()
        storm.rage(kills)
        spent["rage"] += time.monotonic() - begun
        begun = time.monotonic()
        storm.agree()
        spent["agree"] += time.monotonic() - begun
    for name, n in storm.count.items():
        print(f"{name}={n}")
    for name, seconds in spent.items():
        print(f"{name}_s={seconds:.1f}")
    for wrong in sorted(storm.wrong):
        print(f"not: {wrong}")
    sys.stdout.flush()
    return storm.herd


def main():
    lab, kills, seed, givers, joiners = sys.argv[1:]
    herd.in_background(lambda: run(lab, int(kills), int(seed), int(givers), int(joiners)))


if __name__ == "__main__":
    main()
