#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A feltd that does not know a method yet: older_feltd.py LISTEN FELTD METHOD LOG

Passes calls on LISTEN (a Unix socket) to the real feltd on FELTD, and answers back. METHOD reaches it under a
name that it does not have, so the answer is feltd's own to what it does not know. LOG gets a line for each call:
seconds since the start, and the method's name.
"""
import json
import os
import socket
import sys
import threading
import time

LISTEN, FELTD, METHOD, LOG = sys.argv[1:]
STARTED = time.monotonic()


def told(name):
    with open(LOG, "a", encoding="utf-8") as log:
        log.write(f"{time.monotonic() - STARTED:.3f} {name}\n")


def calls(caller, feltd):
    """From the caller to feltd, call by call: each ends with a NUL."""
    rest = b""
    while data := caller.recv(65536):
        *whole, rest = (rest + data).split(b"\0")
        for text in whole:
            call = json.loads(text)
            told(call["method"])
            if call["method"] == METHOD:
                call["method"] += "Unknown"
            feltd.sendall(json.dumps(call).encode() + b"\0")
    feltd.shutdown(socket.SHUT_WR)


def answers(feltd, caller):
    while data := feltd.recv(65536):
        caller.sendall(data)
    caller.shutdown(socket.SHUT_RDWR)


def carry(way, source, target):
    try:
        way(source, target)
    except OSError:
        pass  # one of them is gone, and so is the other


def main():
    server = socket.socket(socket.AF_UNIX)
    server.bind(LISTEN)
    server.listen()
    while True:
        caller, _ = server.accept()
        feltd = socket.socket(socket.AF_UNIX)
        try:
            feltd.connect(FELTD)
        except OSError:
            caller.close()
            continue
        for way, source, target in ((calls, caller, feltd), (answers, feltd, caller)):
            threading.Thread(target=carry, args=(way, source, target), daemon=True).start()


if os.path.exists(LISTEN):
    os.unlink(LISTEN)
main()
