#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A service manager for one daemon: starts it with NOTIFY_SOCKET, and writes down what it says.

    notify.py SECONDS TEXT COMMAND...

Until the daemon has said TEXT, or for SECONDS; then SIGTERM, and what it says on its way out. A line
for each piece of news, with what was on the machine when it came:

    READY=1 subnet.env=yes routes=2
    exit 0
"""
import os
import signal
import socket
import subprocess
import sys
import time

EXIT_LIMIT_S = 20


def machine():
    routes = subprocess.run(["ip", "route", "show", "dev", "flannel.1"], capture_output=True,
                            text=True, check=False).stdout.count("onlink")
    there = "yes" if os.path.exists("/run/flannel/subnet.env") else "no"
    return f"subnet.env={there} routes={routes}"


def hear(sock, until, wanted):
    while time.monotonic() < until:
        try:
            text = sock.recv(4096).decode()
        except socket.timeout:
            if not wanted:
                return
            continue
        for line in text.splitlines():
            print(line, machine(), flush=True)
        if wanted and wanted in text:
            return


def main():
    seconds, wanted, command = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
    address = f"\0felt-notify-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        sock.bind(address)
        sock.settimeout(0.1)
        env = dict(os.environ, NOTIFY_SOCKET="@" + address[1:])
        with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as child:
            hear(sock, time.monotonic() + seconds, wanted)
            child.send_signal(signal.SIGTERM)
            try:
                status = child.wait(EXIT_LIMIT_S)
            except subprocess.TimeoutExpired:
                child.kill()
                status = "none"
            hear(sock, time.monotonic() + 1, "")
    print("exit", status)


main()
