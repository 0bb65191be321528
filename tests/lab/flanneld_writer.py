#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays N flanneld v0.10.0 that come up beside each other, as far as etcd is concerned.

    flanneld_writer.py URL N LIMIT_S

URL is that of <prefix>, "http://192.0.2.254:2379/v2/keys/coreos.com/network". Each lists the leases, picks one of
the first 100 subnets that are free at random, and creates it with prevExist=false, up to ten times; then it begins
anew, as its service manager would have it, also where etcd does not answer. When it has one, a line "IP SUBNET".
Every second one renews at once, as flanneld does: by a PUT without a condition. Ends when all have one, or after
LIMIT_S with status 1.
"""
import ipaddress
import json
import random
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

TTL = 86400
FREE_MAX = 100
TRIES = 10
PAUSE_S = 0.2

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(method, url, **form):
    body = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(url, data=body, method=method)
    with opener.open(request, timeout=5) as answer:
        return json.load(answer)


def leased(base):
    nodes = ask("GET", f"{base}/subnets?quorum=true&recursive=true")["node"].get("nodes", [])
    return {node["key"].rsplit("/", 1)[1] for node in nodes}


def acquire(base, network, value):
    for _ in range(TRIES):
        taken = leased(base)
        names = (str(s).replace("/", "-") for s in list(network.subnets(new_prefix=24))[1:])
        free = [name for name in names if name not in taken][:FREE_MAX]
        name = random.choice(free)
        try:
            ask("PUT", f"{base}/subnets/{name}?prevExist=false", value=value, ttl=TTL)
            return name
        except urllib.error.HTTPError as error:
            if error.code != 412:
                raise
    return None


def machine(base, network, number, until, done):
    ip = str(ipaddress.ip_address("198.51.100.0") + number)
    mac = f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}"
    value = json.dumps({"PublicIP": ip, "BackendType": "vxlan", "BackendData": {"VtepMAC": mac}}, separators=(",", ":"))
    name = None
    while not name and time.monotonic() < until:
        try:
            # Its own lease, where an answer was lost: flanneld finds it by its address.
            nodes = ask("GET", f"{base}/subnets?quorum=true&recursive=true")["node"].get("nodes", [])
            mine = [n["key"].rsplit("/", 1)[1] for n in nodes if json.loads(n["value"])["PublicIP"] == ip]
            name = mine[0] if mine else acquire(base, network, value)
            if name and number % 2:
                ask("PUT", f"{base}/subnets/{name}", value=value, ttl=TTL)
        except (OSError, ValueError):
            name = None
            time.sleep(PAUSE_S)
    if name:
        # One write: lines of several threads do not mix.
        sys.stdout.write(f"{ip} {name.replace('-', '/')}\n")
        sys.stdout.flush()
        done.append(name)


def main():
    base, n, limit = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    config = json.loads(ask("GET", f"{base}/config")["node"]["value"])
    network = ipaddress.ip_network(config["Network"])
    until = time.monotonic() + limit
    done = []
    for number in range(1, n + 1):
        thread = threading.Thread(target=machine, args=(base, network, number, until, done))
        thread.start()
        time.sleep(random.uniform(0, PAUSE_S / 2))
        while threading.active_count() > 8:
            time.sleep(0.01)
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join()
    sys.exit(0 if len(done) == n else 1)


main()
