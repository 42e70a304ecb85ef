#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Sends captures and counts what it sends, by 5-tuple and direction; compares with exported records. Shares no code with fwctl:
what makes a flow is read here from the RFCs and the README.

  replay_count.py send IFACE EXPECTED PCAP...    sends all Ethernet and raw IP frames; EXPECTED gets the counts
  replay_count.py compare EXPECTED RECORDS...    exit status 1 when the sums of the records differ; says how
"""
import collections
import ipaddress
import json
import socket
import struct
import sys
import time

BURST, PAUSE_S, FRAME_MAX = 32, 0.001, 9014  # the other end has room for 256 frames
PORTS = {6: "tcp", 17: "udp", 132: "sctp", 33: "dccp", 136: "udplite"}
ETHER, RAW = 1, (12, 101, 228, 229)


def frames(path):
    """The frames of a capture in the old format, with an Ethernet header where it has none."""
    data = open(path, "rb").read()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}.get(data[:4])
    if not order or len(data) < 24:
        return
    link = struct.unpack(order + "I", data[20:24])[0] & 0xffff
    at = 24
    while at + 16 <= len(data):
        captured, = struct.unpack(order + "8xI", data[at:at + 12])
        frame = data[at + 16:at + 16 + captured]
        if len(frame) < captured:
            return
        at += 16 + captured
        if link in RAW and frame:
            frame = b"\2" * 12 + (b"\x86\xdd" if frame[0] >> 4 == 6 else b"\x08\x00") + frame
        if (link == ETHER or link in RAW) and 14 <= len(frame) <= FRAME_MAX:
            yield frame


def skip_tags(frame):
    tags, at = [], 12
    kind = frame[at:at + 2]
    while kind in (b"\x81\x00", b"\x88\xa8"):
        if len(tags) == 2 or len(frame) < at + 6:
            return None
        tags.append(struct.unpack("!H", frame[at + 2:at + 4])[0] & 0xfff)
        at += 4
        kind = frame[at:at + 2]
    return kind, at + 2, (tags + [0, 0])[:2]


def ipv4(p):
    if len(p) < 20 or p[0] >> 4 != 4 or (p[0] & 15) < 5:
        return None
    head, total = (p[0] & 15) * 4, struct.unpack("!H", p[2:4])[0]
    if total < head or len(p) < total:
        return None
    frag = struct.unpack("!H", p[6:8])[0]
    part = "later" if frag & 0x1fff else "first" if frag & 0x2000 else ""
    return p[9], p[12:16], p[16:20], p[head:total], total, part, p[4:6]


def ipv6(p):
    if len(p) < 40 or p[0] >> 4 != 6 or p[8:20] == b"\0" * 10 + b"\xff\xff":
        return None
    proto, total, at, part, ident, seen = p[6], 40 + struct.unpack("!H", p[4:6])[0], 40, "", b"", 0
    if len(p) < total or (total == 40 and proto != 59):
        return None
    p = p[:total]
    while proto in (0, 43, 60, 44, 51):
        seen += 1
        size = 8 if proto == 44 else (p[at + 1] + 2) * 4 if proto == 51 and at + 2 <= total else (p[at + 1] + 1) * 8 if at + 2 <= total else 999
        if seen > 8 or at + size > total:
            return None
        if proto == 44:
            frag = struct.unpack("!H", p[at + 2:at + 4])[0]
            if ident:
                return None
            part, ident = "later" if frag & 0xfff8 else "first" if frag & 1 else "", p[at + 4:at + 8]
            if part == "later":
                return p[at], p[8:24], p[24:40], b"", total, part, ident
        proto, at = p[at], at + size
    return proto, p[8:24], p[24:40], p[at:], total, part, ident


def flow_of(frame, firsts):
    """(key, bytes, part of a datagram) of a packet that belongs to a TCP, UDP, SCTP, DCCP or UDP-Lite flow, else None."""
    start = skip_tags(frame)
    if not start or start[0] not in (b"\x08\x00", b"\x86\xdd"):
        return None
    kind, at, tags = start
    ip = (ipv4 if kind == b"\x08\x00" else ipv6)(frame[at:])
    if not ip:
        return None
    proto, src, dst, payload, total, part, ident = ip
    datagram = (proto, src, dst, ident, tuple(tags))
    if part == "later":
        return (firsts[datagram], total, part) if datagram in firsts else None
    need = {6: 20, 17: 8, 132: 12, 33: 12, 136: 8}.get(proto)
    if not need or len(payload) < need:
        return None
    if proto == 6 and not 20 <= (payload[12] >> 4) * 4 <= len(payload):
        return None
    if proto == 17:
        size = struct.unpack("!H", payload[4:6])[0]
        if not part and not 8 <= size <= len(payload):
            return None
    sport, dport = struct.unpack("!HH", payload[:4])
    key = "|".join(map(str, (PORTS[proto], tags[0], tags[1], ipaddress.ip_address(src), sport, ipaddress.ip_address(dst), dport)))
    if part == "first":
        firsts[datagram] = key
    return key, total, part


def send(iface, out, paths):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind((iface, 0))
    counts, sent, refused = collections.defaultdict(lambda: [0, 0, 0, 0]), 0, 0
    for path in paths:
        firsts = {}
        for frame in frames(path):
            try:
                s.send(frame)
            except OSError:
                refused += 1
                continue
            sent += 1
            if sent % BURST == 0:
                time.sleep(PAUSE_S)
            flow = flow_of(frame, firsts)
            if flow:
                c = counts[flow[0]]
                at = 2 if flow[2] == "later" else 0
                c[at] += 1
                c[at + 1] += flow[1]
    json.dump({"sent": sent, "refused": refused, "flows": counts}, open(out, "w"))
    print(f"{sent} frames, {len(counts)} flows by direction, {sum(c[0] + c[2] for c in counts.values())} of their packets")


def compare(expected, paths):
    want = json.load(open(expected))["flows"]
    got = collections.defaultdict(lambda: [0, 0])
    for path in paths:
        for line in open(path):
            r = json.loads(line)
            if r["proto"] not in PORTS.values():
                continue
            tags, ends = (r["vlan"], r.get("inner_vlan", 0)), ((r["src"], r["sport"]), (r["dst"], r["dport"]))
            for i in (0, 1):
                if r["packets"][i] or r["bytes"][i]:
                    key = "|".join(map(str, (r["proto"], *tags, *ends[i], *ends[1 - i])))
                    got[key][0] += r["packets"][i]
                    got[key][1] += r["bytes"][i]
    wrong, packets = 0, 0
    for key in sorted(set(want) | set(got)):
        first, last = want.get(key, [0, 0, 0, 0]), got.get(key, [0, 0])
        # Later fragments may count to their flow or to none.
        all_of = [first[0] + first[2], first[1] + first[3]]
        packets += last[0]
        if last not in (first[:2], all_of) and not (first[2] and first[0] <= last[0] <= all_of[0]):
            wrong += 1
            if wrong <= 10:
                print(f"{key}: sent {first[:2]} and later fragments {first[2:]}, exported {last}")
    print(f"{len(want)} flows by direction sent, {len(got)} exported, {packets} packets, {wrong} differ")
    return 1 if wrong or not want else 0


if __name__ == "__main__":
    if sys.argv[1] == "send":
        send(sys.argv[2], sys.argv[3], sys.argv[4:])
    else:
        sys.exit(compare(sys.argv[2], sys.argv[3:]))
