#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether a whole lab agrees on who owns what.

    maps.py DIR LIMIT_S SLOTS HOST...

DIR is what 'felt-lab dir' prints. Asks every HOST for its members until all of these hold, for LIMIT_S
at most; then says "agreed", or what does not hold:

- all maps are equal: the same owners with as many slots each;
- what they own adds up to SLOTS, so that each slot has an owner;
- each owner is one of the HOSTs, so that no slot is lost with somebody who is gone;
- each HOST has a lease, and no two the same.
"""
import sys
import time

import herd


def look(lab, slots, names, may_be_gone=frozenset()):
    """The first thing that does not hold; None where all does. Nodes that may be gone may own slots."""
    owners, leases, maps = {}, {}, {}
    for name in names:
        try:
            members = herd.ask(lab, name, "ListMembers")["members"]
        except OSError as error:
            return f"{name}: {error}"
        maps[name] = {m["id"]: m["slots"] for m in members if m["slots"] > 0}
        me = next(m for m in members if m["self"])
        owners[me["id"]] = name
        if not me["lease"]:
            return f"{name} has no lease"
        if me["lease"] in leases:
            return f"{name} and {leases[me['lease']]} both have {me['lease']}"
        leases[me["lease"]] = name
    for name in names:
        total = sum(maps[name].values())
        if total != slots:
            return f"{name}: what its members own adds up to {total} of {slots}"
        gone = [f"{owner} {n}" for owner, n in maps[name].items() if owner not in owners and owner not in may_be_gone]
        if gone:
            return f"{name}: slots of somebody who is gone: {', '.join(gone)}"
        if maps[name] != maps[names[0]]:
            return f"{names[0]} and {name} do not agree: {maps[names[0]]} and {maps[name]}"
    return None


def main():
    lab, limit, slots, *names = sys.argv[1:]
    until = time.monotonic() + float(limit)
    while True:
        wrong = look(lab, int(slots), names)
        if not wrong or time.monotonic() >= until:
            break
        time.sleep(herd.LOOK_S)
    print(wrong or "agreed")


if __name__ == "__main__":
    main()
