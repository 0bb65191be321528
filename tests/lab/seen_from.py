# SPDX-License-Identifier: Apache-2.0
"""From which address is a packet seen on the other side? For tests of masquerading.

seen_from.py serve PORT         answers each datagram with the address that it came from
seen_from.py ask ADDRESS PORT   prints that answer, or "nothing" when there is none in five tries
"""
import socket
import sys
import time


def serve(port):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        s.bind(("::", port))
        while True:
            _, peer = s.recvfrom(64)
            s.sendto(peer[0].removeprefix("::ffff:").encode(), peer)


def ask(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.settimeout(1)
        s.connect((address, port))
        for _ in range(5):
            try:
                s.send(b"?")
                return s.recv(64).decode()
            except ConnectionRefusedError:
                time.sleep(0.5)  # the server may be starting
            except OSError:
                continue
    return "nothing"


if sys.argv[1] == "serve":
    serve(int(sys.argv[2]))
else:
    print(ask(sys.argv[2], int(sys.argv[3])))
