#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients of a control socket that do all that they should not.

    bad_clients.py SOCKET

Says 'ready' when slow and deaf ones hang on it, and then a line for each kind.
"""
import json
import socket
import sys

LIMIT_S = 20
STATUS = b'{"method":"io.felt.GetStatus"}\0'


def connect():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.connect(sys.argv[1])  # waits where the backlog is full
    s.settimeout(LIMIT_S)
    return s


def answer(s):
    """What comes, to the first NUL; None where the other side hangs up."""
    text = b""
    while not text.endswith(b"\0"):
        try:
            more = s.recv(65536)
        except ConnectionResetError:
            return None
        if not more:
            return None
        text += more
    return json.loads(text[:-1])


def closed_after(data):
    s = connect()
    try:
        s.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        return "closed"
    return "closed" if answer(s) is None else "answered"


def half_closed():
    s = connect()
    s.sendall(STATUS)
    s.shutdown(socket.SHUT_WR)
    first = "answered" if answer(s) else "closed"
    return first + (", closed" if answer(s) is None else ", answered again")


def still_served():
    s = connect()
    s.sendall(STATUS)
    return answer(s) is not None


def main():
    slow = [connect() for _ in range(4)]
    for s in slow:
        s.sendall(b'{"method":"io.fe')
    deaf = [connect() for _ in range(4)]
    for s in deaf:
        s.sendall(b'{"method":"io.felt.Subscribe","more":true,"parameters":{"after":0}}\0')
    greedy = connect()
    greedy.setblocking(False)
    try:
        for _ in range(1000):
            greedy.send(STATUS * 100)
    except (BlockingIOError, BrokenPipeError, ConnectionResetError):
        pass
    print("ready", flush=True)
    print("nonsense:", closed_after(b"GET / HTTP/1.1\r\n\r\n\0"))
    print("too long:", closed_after(b"x" * 70000))
    print("half-closed:", half_closed())
    crowd = [connect() for _ in range(100)]
    print("crowd:", "feltd answers" if still_served() else "feltd does not answer")
    for s in slow + deaf + crowd + [greedy]:
        s.close()


if __name__ == "__main__":
    main()
