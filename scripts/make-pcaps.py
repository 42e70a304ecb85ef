#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Writes the captures of pcaps/, their .status files and pcaps/README. The output depends on nothing but these scripts.

	scripts/make-pcaps.py [--check] [DIRECTORY]

--check writes nothing: exit status 1 and the names where the directory holds something else.
"""
import os
import sys

sys.dont_write_bytecode = True

from pcap_build import *  # noqa: E402,F403
import pcap_faults  # noqa: E402
import pcap_packets  # noqa: E402

P4, P6 = ip4(TCP, tcp(SYN, 1000)), ip6(UDP, udp(b"six"))
README = """\
Captures that the project made itself: scripts/make-pcaps.py writes all of this directory (`--check` compares).
Addresses are those of documentation; the first packet is of 2026-01-01T00:00:00Z.

NAME.status says what the packet parser has to make of each packet of NAME.pcap, .pcapng or .pcap.gz, a line a packet:
`N status proto # note`; status as in fwctl's output, proto a number, or `-` where the status is not ok. It is
what the author declared, not what a program found. Files without a .status are refused, or end in an error.

"""


def raw():
    c = Capture("raw", "link type 101: raw IP", 101)
    c.add(P4, "ok", TCP, "IPv4")
    c.add(P6, "ok", UDP, "IPv6")
    c.add(ip4(UDP, bytes(24), ident=1, frag=3, sums=False), "ok", UDP, "later fragment")
    c.add(b"", "truncated", note="no bytes")
    c.add(P4[:1], "truncated", note="one byte")
    c.add(P4[:19], "truncated", note="IPv4 header cut", original=40)
    c.add(P6[:39], "truncated", note="IPv6 header cut", original=51)
    c.add(b"\x44" + P4[1:], "malformed", note="header length 4")
    return c


def ipv4():
    c = Capture("ipv4", "link type 228: raw IPv4", 228)
    c.add(P4, "ok", TCP, "IPv4")
    c.add(P6, "malformed", note="IPv6 where IPv4 was announced")
    c.add(b"", "truncated", note="no bytes")
    return c


def ipv6():
    c = Capture("ipv6", "link type 229: raw IPv6", 229)
    c.add(P6, "ok", UDP, "IPv6")
    c.add(P4.ljust(60, b"\0"), "malformed", note="IPv4 where IPv6 was announced")
    return c


def cooked(name, number, head, size):
    """`head` makes the header from the protocol and the ARPHRD type."""
    c = Capture(name, "link type %d: Linux cooked v%d" % (number, 1 if number == 113 else 2), number)
    c.add(head(0x0800) + P4, "ok", TCP, "IPv4")
    c.add(head(0x86dd) + P6, "ok", UDP, "IPv6")
    c.add(head(0x0800, 65534) + P4, "ok", TCP, "IPv4 on a device without link-layer addresses")
    c.add(head(0x8100) + struct.pack("!HH", 100, 0x0800) + P4, "ok", TCP, "802.1Q tag, VID 100")
    c.add(head(0x0806) + bytes(28), "nonip", note="ARP")
    c.add(head(0x0004) + bytes.fromhex("424203") + bytes(35), "nonip", note="802.2 LLC")
    c.add(head(0x0800, 824) + P4, "nonip", note="netlink, whose protocol is no EtherType")
    c.add(head(0x0800, 803) + bytes(30), "nonip", note="802.11 with a radiotap header")
    c.add(head(0x0800), "truncated", note="no IPv4 header")
    c.add(head(0x0800)[:size - 1], "truncated", note="cooked header but one byte", original=size + 40)
    c.add(b"", "truncated", note="no bytes", original=size + 40)
    c.add(head(0x0800) + P4[:25], "truncated", note="TCP header cut", original=size + 40)
    return c


def sll():
    return cooked("sll", 113, lambda proto, arphrd=1: struct.pack("!HHH", 0, arphrd, 6) + MAC_A + bytes(2)
                  + struct.pack("!H", proto), 16)


def sll2():
    return cooked("sll2", 276, lambda proto, arphrd=1: struct.pack("!HHIHBB", proto, 0, 2, arphrd, 0, 6) + MAC_A
                  + bytes(2), 20)


def bsd_null():
    c = Capture("null", "link type 0: BSD loopback, the family in the byte order of the writer", 0)
    for order, word in (("<", "little"), (">", "big")):
        c.add(struct.pack(order + "I", 2) + P4, "ok", TCP, "family 2, %s-endian" % word)
        for family in (24, 28, 30, 10):
            c.add(struct.pack(order + "I", family) + P6, "ok", UDP, "family %d, %s-endian" % (family, word))
    c.add(struct.pack("<I", 7) + P4, "nonip", note="family 7")
    c.add(b"\2\0\0", "truncated", note="family cut", original=44)
    c.add(struct.pack("<I", 2) + P4[:10], "truncated", note="IPv4 header cut", original=44)
    return c


def bsd_loop():
    c = Capture("loop", "link type 108: OpenBSD loopback, the family in network order", 108)
    c.add(struct.pack(">I", 2) + P4, "ok", TCP, "family 2")
    c.add(struct.pack(">I", 24) + P6, "ok", UDP, "family 24")
    c.add(struct.pack("<I", 2) + P4, "nonip", note="family 2 in the wrong order")
    c.add(b"\0\0", "truncated", note="family cut", original=44)
    return c


def pcapng_section(c, order):
    """One section with three interfaces and every block that has a packet."""
    other = "<" if order == ">" else ">"
    sll_head = struct.pack("!HHHQH", 0, 1, 6, 0, 0x0800)
    frame = pad60(e4(P4))
    c.expect("ok", TCP, "enhanced packet, Ethernet, microseconds")
    c.expect("ok", UDP, "enhanced packet, raw IP, nanoseconds, offset of an hour")
    c.expect("ok", TCP, "enhanced packet, Linux cooked, units of 2^-20 s")
    c.expect("ok", TCP, "old packet block, Ethernet")
    c.expect("ok", TCP, "simple packet block, of interface 0")
    c.expect("ok", TCP, "simple packet block, cut at 96 bytes by the snap length of interface 0")
    c.expect("truncated", note="enhanced packet of 10 bytes of 60")
    second = T0 // 10**9
    return (section_block(order)
            + interface_block(order, 1, 96) + interface_block(order, 101, 0, 9, 3600)
            + block(order, 4, struct.pack(order + "HH", 0, 0))  # name resolution
            + interface_block(order, 113, 65535, 0x80 | 20)
            + enhanced_block(order, 0, second * 10**6 + 250000, frame)
            + enhanced_block(order, 1, (second - 3600) * 10**9 + 250000001, P6)
            + enhanced_block(order, 2, (second << 20) + (1 << 19), sll_head + P4)
            + block(order, 0x0bad, bytes(13))  # not known to anyone
            + old_packet_block(order, 0, second * 10**6 + 750000, frame)
            + simple_block(order, frame)
            + simple_block(order, e4(ip4(TCP, tcp(ACK, 1, 1, bytes(100))))[:96], 154)
            + enhanced_block(order, 0, second * 10**6 + 999999, frame[:10], 60)
            + block(order, 5, struct.pack(order + "III", 0, 0, 0)))  # interface statistics, time 0


def formats():
    """(capture, file name, bytes): one conversation in each format."""
    out = []
    for name, what, how in (
            ("be", "big-endian pcap", dict(order=">")),
            ("nsec", "pcap with nanoseconds", dict(nano=True)),
            ("be-nsec", "big-endian pcap with nanoseconds", dict(order=">", nano=True)),
            ("fcs", "pcap whose link type field tells of an FCS of 4 bytes", dict(linktype=0x24000001))):
        c = pcap_packets.tcp4(name, what)
        if "nano" in how:
            c.records = [(data, ns + 1 + i, size) for i, (data, ns, size) in enumerate(c.records)]
        out.append((c, name + ".pcap", c.bytes(**how)))
    c = pcap_packets.tcp4("gzip", "gzipped pcap, of two members")
    data = c.bytes()
    out.append((c, "gzip.pcap.gz", gzip_stored(data[:200]) + gzip_stored(data[200:])))
    c = Capture("short-original", "pcap with a record whose original length is below the captured one")
    c.add(pad60(e4(P4)), "ok", TCP, "60 bytes captured, 20 on the wire, it says", original=20)
    out.append((c, "short-original.pcap", c.bytes()))
    for name, order, what in (("ng", "<", "pcapng, three interfaces, all packet blocks"),
                              ("ng-be", ">", "big-endian pcapng of the same"),
                              ("ng-two", None, "pcapng of two sections of different byte orders")):
        c = Capture(name, what)
        data = b"".join(pcapng_section(c, o) for o in (order or "<>"))
        out.append((c, name + ".pcapng", data))
    return out


def damaged():
    """(file name, what, bytes); the packets ahead of the damage can be read."""
    frame = pad60(e4(P4))
    two = pcap_header() + pcap_record(frame, T0) + pcap_record(frame, T0 + 1000)
    ng = (section_block("<") + interface_block("<", 1) + enhanced_block("<", 0, T0 // 1000, frame)
          + enhanced_block("<", 0, T0 // 1000, frame))
    modified = struct.pack("<IHHiIII", 0xa1b2cd34, 2, 4, 0, 0, 65535, 1)
    return [
        ("cut.pcap", "ends inside the third record: 20 of 60 bytes", two + pcap_record(frame, T0)[:36]),
        ("cut-header.pcap", "ends inside the third record's header: 7 of 16 bytes", two + pcap_record(frame, T0)[:7]),
        ("cut.pcapng", "ends inside the second packet: 20 of 60 bytes", ng[:-96 + 48]),
        ("cut.pcap.gz", "gzip that ends early", gzip_stored(two)[:-8]),
        ("huge-record.pcap", "the third record has 262,145 bytes", two + struct.pack("<IIII", 0, 0, 262145, 262145)
         + frame),
        ("bad-length.pcapng", "the second packet's block ends with another length", ng[:-4] + struct.pack("<I", 8)),
        ("modified.pcap", "the modified pcap of an old patch (magic a1b2cd34), which is refused", modified),
        ("wlan.pcap", "IEEE 802.11, a link type that is not supported", pcap_header(linktype=105)
         + pcap_record(bytes(30), T0)),
        ("not-a-capture.pcap", "a text", b"This is not a capture file.\n"),
        ("empty.pcap", "no bytes", b""),
    ]


def build():
    """All files: name -> bytes."""
    makers = pcap_packets.CAPTURES + pcap_faults.CAPTURES + [raw, ipv4, ipv6, sll, sll2, bsd_null, bsd_loop]
    captures = [(c, c.name + ".pcap", c.bytes()) for c in (make() for make in makers)] + formats()
    files, lines = {}, []
    for c, name, data in captures:
        assert name not in files and c.name + ".status" not in files
        files[name] = data
        files[c.name + ".status"] = "".join(c.status).encode()
        lines.append("%-20s %s (%d packet%s)\n" % (name, c.what, len(c.status), "s"[len(c.status) == 1:]))
    for name, what, data in damaged():
        files[name] = data
        lines.append("%-20s unreadable: %s\n" % (name, what))
    files["README"] = (README + "".join(lines)).encode()
    return files


def main(argv):
    check = "--check" in argv
    rest = [a for a in argv if a != "--check"]
    where = rest[0] if rest else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "pcaps")
    files = build()
    wrong = []
    os.makedirs(where, exist_ok=True)
    for name, data in sorted(files.items()):
        path = os.path.join(where, name)
        if check:
            if not os.path.exists(path) or open(path, "rb").read() != data:
                wrong.append(name)
        else:
            with open(path, "wb") as f:
                f.write(data)
    if wrong:
        sys.stderr.write("make-pcaps.py: not as the script writes them: %s\n" % " ".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
