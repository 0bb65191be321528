#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of a document, said to a control socket one after the other.

    control.py SOCKET DOCUMENT

In a fenced block of the document a request begins with '> ' and each reply to it with '< '; both may
go on over lines. An answer is as its example where it has the same keys, with values of the same
kind, and the same error; what the values are does not matter. A line for each request:

    ok io.felt.GetStatus
    not ok io.felt.Leave: parameters.slots is missing
"""
import json
import re
import socket
import sys

LIMIT_S = 20


def examples(document):
    """(request, [reply, ...]) of each."""
    with open(document, encoding="utf-8") as f:
        blocks = re.findall(r"^```\n(.*?)^```$", f.read(), re.S | re.M)
    for block in blocks:
        request, replies = None, []
        for sign, text in re.findall(r"^([<>]) (.*?)(?=^[<>] |\Z)", block, re.S | re.M):
            if sign == "<":
                replies.append(json.loads(text))
                continue
            if request:
                yield request, replies
            request, replies = json.loads(text), []
        if request:
            yield request, replies


def difference(want, got, where):
    """In words; None where they are alike."""
    if isinstance(want, dict) and isinstance(got, dict):
        # The keys of a map of counters are no part of the interface.
        keys = set() if where.endswith(".datagrams") else set(want) ^ set(got)
        for key in sorted(keys):
            return f"{where}.{key} is {'missing' if key in want else 'not in the example'}"
        return next(filter(None, (difference(want[k], got[k], f"{where}.{k}") for k in want if k in got)), None)
    if isinstance(want, list) and isinstance(got, list):
        if want and not got:
            return f"{where} is empty"
        return difference(want[0], got[0], f"{where}[0]") if want else None
    if want is None or got is None or isinstance(got, type(want)):
        return None
    return f"{where} is a {type(got).__name__}, in the example a {type(want).__name__}"


class Connection:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(LIMIT_S)
        self.socket.connect(path)
        self.rest = b""

    def say(self, request):
        self.socket.sendall(json.dumps(request).encode() + b"\0")

    def hear(self):
        while b"\0" not in self.rest:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError("the connection was closed")
            self.rest += more
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)


def try_example(path, request, replies):
    connection = Connection(path)
    connection.say(request)
    for want in replies:
        got = connection.hear()
        if want.get("error") != got.get("error") or want.get("continues") != got.get("continues"):
            return f"the answer is {json.dumps(got)}"
        wrong = difference(want["parameters"], got["parameters"], "parameters")
        if wrong:
            return wrong
    return None


def main():
    for request, replies in examples(sys.argv[2]):
        try:
            wrong = try_example(sys.argv[1], request, replies)
        except (OSError, EOFError) as error:
            wrong = str(error)
        name = request["method"]
        print(f"not ok {name}: {wrong}" if wrong else f"ok {name}", flush=True)


if __name__ == "__main__":
    main()
