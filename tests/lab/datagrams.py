#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Datagrams for tests: catch real ones on a switch, and send what is not.

    datagrams.py catch INTERFACE PORT COUNT FILE   COUNT payloads of UDP to PORT, as lines of hex
    datagrams.py count SECONDS PORT                a line "ADDRESS SENT RECEIVED DATAGRAMS" for each host of
                                                   the lab, run on its switch: bytes of IP packets
    datagrams.py noise HOST PORT SEED              random bytes of many lengths
    datagrams.py mangle HOST PORT FILE SEED        those of FILE cut short, altered, and as they were
    datagrams.py replay HOST PORT FILE             those of FILE as they were
All but count print how many datagrams they have caught or sent.
"""
import random
import socket
import sys
import time

CATCH_LIMIT_S = 60
PAUSE_S = 0.0005  # between datagrams, so that the receiver's buffer is not what is tested


def catch(interface, port, count, name):
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003)) as s:
        s.bind((interface, 0))
        s.settimeout(1)
        until = time.monotonic() + CATCH_LIMIT_S
        found = []
        while len(found) < count and time.monotonic() < until:
            try:
                packet = s.recv(65536)
            except socket.timeout:
                continue
            if len(packet) < 28 or packet[0] >> 4 != 4 or packet[9] != socket.IPPROTO_UDP:
                continue
            udp = packet[(packet[0] & 15) * 4:]
            if int.from_bytes(udp[2:4], "big") == port:
                found.append(udp[8:int.from_bytes(udp[4:6], "big")])
    with open(name, "w", encoding="ascii") as f:
        f.writelines(d.hex() + "\n" for d in found)
    return len(found)


def count_each(seconds, port):
    """Each packet once: where it comes into the switch from a host."""
    hosts = {}
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003)) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            s.settimeout(left)
            try:
                packet, (interface, _, kind, *_) = s.recvfrom(64)
            except socket.timeout:
                break
            if kind == socket.PACKET_OUTGOING or interface[0] != "h":
                continue
            if len(packet) < 28 or packet[0] >> 4 != 4 or packet[9] != socket.IPPROTO_UDP:
                continue
            udp = packet[(packet[0] & 15) * 4:]
            if int.from_bytes(udp[2:4], "big") != port:
                continue
            length = int.from_bytes(packet[2:4], "big")
            sender = hosts.setdefault(socket.inet_ntoa(packet[12:16]), [0, 0, 0])
            sender[0] += length
            sender[2] += 1
            hosts.setdefault(socket.inet_ntoa(packet[16:20]), [0, 0, 0])[1] += length
    return hosts


def load(name):
    with open(name, encoding="ascii") as f:
        return [bytes.fromhex(line) for line in f]


def send(host, port, datagrams):
    n = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for d in datagrams:
            s.sendto(d, (host, port))
            n += 1
            time.sleep(PAUSE_S)
    return n


def noise(rng):
    for length in (0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 39, 40, 41, 47, 48, 63, 64, 100, 255, 256,
                   512, 1000, 1231, 1232, 1233, 1400, 1472, 9000, 65507):
        for _ in range(3):
            yield rng.randbytes(length)


def mangled(rng, datagrams):
    for d in datagrams:
        for length in {0, 1, len(d) // 4, len(d) // 2, 3 * len(d) // 4, len(d) - 1}:
            yield d[:length]
        yield d + b"\0"
        for _ in range(8):
            altered = bytearray(d)
            altered[rng.randrange(len(d))] ^= 1 << rng.randrange(8)
            yield bytes(altered)
        yield d


def main(argv):
    command, args = argv[1], argv[2:]
    if command == "catch":
        count = catch(args[0], int(args[1]), int(args[2]), args[3])
    elif command == "count":
        for address, numbers in count_each(float(args[0]), int(args[1])).items():
            print(address, *numbers)
        return
    elif command == "noise":
        count = send(args[0], int(args[1]), noise(random.Random(int(args[2]))))
    elif command == "mangle":
        count = send(args[0], int(args[1]), mangled(random.Random(int(args[3])), load(args[2])))
    elif command == "replay":
        count = send(args[0], int(args[1]), load(args[2]))
    else:
        sys.exit(__doc__)
    print(count)


main(sys.argv)
