#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A small IPFIX collector (RFC 7011, RFC 5103): ipfix_receive.py udp|tcp ADDRESS PORT FILE

Appends a line of JSON for each data record to FILE: flows as src, dst, packets and the like, options as they are. A sequence number
that is not that of the session, or anything that is no IPFIX, is a line with "error". Ends by a signal."""
import ipaddress
import json
import socket
import struct
import sys

NAMES = {8: "src", 27: "src", 12: "dst", 28: "dst", 7: "sport", 11: "dport", 4: "proto", 1: "bytes", 2: "packets", 6: "flags",
         152: "start_ms", 153: "end_ms", 136: "reason", 302: "rule", 301: "ruleset", 335: "label", 32: "icmp", 139: "icmp", 58: "vlan", 10: "in_if",
         61: "direction", 233: "event", 89: "status", 166: "unsent_flows", 167: "unsent_packets", 168: "unsent_bytes"}


class Session:
    def __init__(self, out):
        self.out, self.templates, self.count = out, {}, None

    def say(self, what):
        self.out.write(json.dumps(what) + "\n")
        self.out.flush()

    def template(self, data, options):
        while len(data) >= 4:
            ident, n = struct.unpack("!HH", data[:4])
            data = data[6:] if options else data[4:]
            fields = []
            for _ in range(n):
                element, length = struct.unpack("!HH", data[:4])
                data, pen = data[4:], 0
                if element & 0x8000:
                    pen, data = struct.unpack("!I", data[:4])[0], data[4:]
                fields.append((pen, element & 0x7fff, length))
            self.templates[ident] = fields

    def records(self, fields, data):
        n = 0
        while data:
            r = {}
            for pen, element, length in fields:
                if length == 65535:
                    length, data = data[0], data[1:]
                value, data = data[:length], data[length:]
                if len(value) != length:
                    raise ValueError("record cut")
                name = NAMES.get(element, str(element))
                if element in (8, 12, 27, 28):
                    value = str(ipaddress.ip_address(value))
                else:
                    value = value.decode() if element == 335 else int.from_bytes(value, "big")
                r[("reverse_" if pen == 29305 else "" if not pen else f"{pen}/") + name] = value
            self.say(r)
            n += 1
        return n

    def message(self, data):
        try:
            version, length, _, sequence, _ = struct.unpack("!HHIII", data[:16])
            if version != 10 or length != len(data):
                raise ValueError(f"version {version}, length {length} of {len(data)}")
            if self.count is not None and sequence != self.count or self.count is None and sequence and not self.templates:
                self.say({"error": "sequence", "got": sequence, "expected": self.count})
            self.count, data = sequence, data[16:]
            while data:
                ident, n = struct.unpack("!HH", data[:4])
                body, data = data[4:n], data[n:]
                if ident in (2, 3):
                    self.template(body, ident == 3)
                elif ident in self.templates:
                    self.count += self.records(self.templates[ident], body)
                else:
                    self.count = None
                    self.say({"error": "no template", "set": ident})
                    return
        except (ValueError, struct.error, IndexError) as e:
            self.say({"error": str(e)})


def receive_tcp(s, session):
    data = b""
    while True:
        got = s.recv(65536)
        if not got:
            return
        data += got
        while len(data) >= 4 and len(data) >= struct.unpack("!H", data[2:4])[0] > 0:
            n = struct.unpack("!H", data[2:4])[0]
            session.message(data[:n])
            data = data[n:]


def main():
    kind, address, port, path = sys.argv[1:]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    out = open(path, "a")
    s = socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    s.bind((address, int(port)))
    if kind == "tcp":
        s.listen()
        while True:
            receive_tcp(s.accept()[0], Session(out))
    sessions = {}
    while True:
        data, peer = s.recvfrom(65536)
        sessions.setdefault(peer, Session(out)).message(data)


if __name__ == "__main__":
    main()
