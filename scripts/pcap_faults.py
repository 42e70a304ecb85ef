# SPDX-License-Identifier: GPL-2.0
"""Captures of extension headers, fragments, and of packets that are wrong or cut."""
from pcap_build import *  # noqa: F403


def exthdrs():
    dst = options_header(DSTOPTS)
    u, t = udp(b"extended"), tcp(SYN, 1000)
    c = Capture("exthdrs", "IPv6 extension headers: the kinds, eight of them, nine (too deep), where the walk ends")
    c.add(e6(ip6(TCP, t, ext=[options_header(HOPOPTS), routing_header(), dst])), "ok", TCP,
          "hop-by-hop, routing, destination")
    c.add(e6(ip6(UDP, u, ext=[options_header(HOPOPTS, 31)])), "ok", UDP, "hop-by-hop of 256 bytes")
    c.add(e6(ip6(UDP, u, ext=[dst] * 8)), "ok", UDP, "eight headers")
    c.add(e6(ip6(UDP, u, ext=[dst] * 9)), "too-deep", note="nine headers")
    c.add(e6(ip6(UDP, u, ext=[dst] * 20)), "too-deep", note="twenty headers")
    c.add(e6(ip6(TCP, t, ext=[auth_header()])), "ok", TCP, "AH")
    c.add(e6(ip6(UDP, u, ext=[dst, auth_header(), dst])), "ok", UDP, "destination, AH, destination")
    c.add(e6(ip6(ESP, bytes(40))), "ok", ESP, "ESP")
    c.add(e6(ip6(ESP, bytes(40), ext=[options_header(HOPOPTS)])), "ok", ESP, "ESP behind hop-by-hop")
    c.add(e6(ip6(NONE, b"")), "ok", NONE, "no next header, payload length 0")
    c.add(e6(ip6(NONE, b"ignored!", ext=[dst])), "ok", NONE, "no next header behind destination options, with bytes")
    c.add(e6(ip6(UDP, u, ext=[fragment_header(0, 0)])), "ok", UDP, "atomic fragment")
    c.add(e6(ip6(UDP, u, ext=[fragment_header(0, 0), fragment_header(0, 0)])), "malformed",
          note="two atomic fragment headers")
    c.add(e6(ip6(UDP, u, ext=[fragment_header(0, 1), dst, fragment_header(0, 1)])), "malformed",
          note="second fragment header")
    c.add(e6(ip6(135, bytes.fromhex("3b00050000000000"))), "ok", 135, "mobility: not walked")
    c.add(e6(ip6(253, b"experiment")), "ok", 253, "unknown next header")
    return c


def fragments():
    whole = summed(UDP, udp(bytes(range(64))), A4, B4)
    whole6 = summed(UDP, udp(bytes(range(64))), A6, B6)
    big = summed(TCP, tcp(ACK, 1, 1, bytes(64)), A4, B4)

    def part(proto, data, first, last, ident):
        word = first // 8 | (0x2000 if last < len(data) else 0)
        return pad60(e4(ip4(proto, data[first:last], ident=ident, frag=word, sums=False)))

    def part6(first, last, ident):
        head = fragment_header(first // 8, last < len(whole6), ident)
        return e6(ip6(UDP, whole6[first:last], ext=[head], sums=False))

    c = Capture("fragments", "first and later fragments, IPv4 and IPv6, in order and not; an atomic one")
    for first, last, note in ((0, 24, "first"), (24, 48, "second"), (48, 72, "last")):
        c.add(part(UDP, whole, first, last, 0x101), "ok", UDP, "IPv4, UDP, " + note)
    for first, last, note in ((0, 24, "first"), (24, 48, "second"), (48, 72, "last")):
        c.add(part6(first, last, 0x201), "ok", UDP, "IPv6, UDP, " + note)
    c.add(part(TCP, big, 0, 40, 0x102), "ok", TCP, "IPv4, TCP, first")
    c.add(part(TCP, big, 40, 84, 0x102), "ok", TCP, "IPv4, TCP, last")
    c.add(part(UDP, whole, 48, 72, 0x103), "ok", UDP, "IPv4, last, its first one not seen yet")
    c.add(part(UDP, whole, 0, 48, 0x103), "ok", UDP, "IPv4, first, too late")
    c.add(part6(48, 72, 0x203), "ok", UDP, "IPv6, last, never preceded by a first one")
    c.add(e6(ip6(UDP, whole6, ext=[fragment_header(0, 0)], sums=False)), "ok", UDP, "IPv6, atomic fragment")
    c.add(part(ICMP, icmp(8, data=bytes(40)), 0, 24, 0x104), "ok", ICMP, "IPv4, ICMP echo, first")
    c.add(part(ICMP, icmp(8, data=bytes(40)), 24, 48, 0x104), "ok", ICMP, "IPv4, ICMP echo, last")
    return c


def malformed():
    c = Capture("malformed", "fields that contradict each other; the frames are whole")
    t, u = tcp(SYN, 1000), udp(b"contradiction")

    def bad4(note, proto, data, **fields):
        c.add(e4(ip4(proto, data, **fields)).ljust(100, b"\0"), "malformed", note=note)

    def bad6(note, proto, data, **fields):
        c.add(e6(ip6(proto, data, **fields)).ljust(100, b"\0"), "malformed", note=note)

    bad4("header length 4", TCP, t, ihl=4)
    bad4("header length 0", TCP, t, ihl=0)
    bad4("version 6 in an IPv4 frame", TCP, t, version=6)
    bad4("version 0", TCP, t, version=0)
    bad6("version 4 in an IPv6 frame", TCP, t, version=4)
    bad4("total length 0", TCP, t, total=0)
    bad4("total length 19", TCP, t, total=19)
    bad4("total length 23, header of 24", TCP, t, options=bytes([1] * 4), total=23)
    bad4("header of 60 bytes, total length 40", TCP, t, ihl=15)
    bad4("TCP data offset 4", TCP, tcp(SYN, 1, doff=4))
    bad4("TCP data offset 0", TCP, tcp(SYN, 1, doff=0))
    bad4("TCP data offset 15 in 20 bytes", TCP, tcp(SYN, 1, doff=15))
    bad4("10 bytes of TCP", TCP, t, total=30)
    bad4("no bytes of TCP", TCP, t, total=20)
    bad4("8 bytes of TCP in a first fragment (RFC 1858)", TCP, t[:8], frag=0x2000, ident=7)
    bad4("UDP length 7", UDP, udp(b"x", length=7))
    bad4("UDP length 0", UDP, udp(b"x", length=0))
    bad4("UDP length one over the payload", UDP, udp(b"x", length=10))
    bad4("4 bytes of UDP", UDP, u, total=24)
    bad4("4 bytes of ICMP", ICMP, icmp(8), total=24)
    bad6("UDP length 7, IPv6", UDP, udp(b"x", length=7))
    bad6("UDP length over the payload, IPv6", UDP, udp(b"x", length=1000))
    bad6("TCP data offset 4, IPv6", TCP, tcp(SYN, 1, doff=4))
    bad6("10 bytes of TCP, IPv6", TCP, t, plen=10)
    bad6("4 bytes of ICMPv6", ICMP6, icmp(128), plen=4)
    bad6("payload length 0 with TCP", TCP, t, plen=0)
    bad6("payload length 0 with hop-by-hop options", TCP, t, plen=0, ext=[options_header(HOPOPTS)])
    bad6("source ::ffff:192.0.2.1", TCP, t, src="::ffff:192.0.2.1")
    bad6("hop-by-hop of 16 bytes, payload of 8", NONE, b"", ext=[options_header(HOPOPTS, 1)], plen=8)
    bad6("4 bytes of hop-by-hop", NONE, b"", ext=[options_header(HOPOPTS)], plen=4)
    bad6("4 bytes of a fragment header", UDP, u, ext=[fragment_header(0, 1)], plen=4)
    bad6("AH over the payload length", TCP, t, ext=[auth_header()], plen=16)
    bad6("options end with the payload, TCP announced", TCP, t, ext=[options_header(DSTOPTS)], plen=8)
    return c


FULL4 = e4(ip4(TCP, tcp(PSH | ACK, 1, 1, bytes(40))))
FULL6 = e6(ip6(TCP, tcp(PSH | ACK, 1, 1, bytes(40))))
OPTS4 = e4(ip4(TCP, tcp(SYN, 1, options=bytes([1] * 12)), options=bytes([1] * 8)))
UDP4 = e4(ip4(UDP, udp(bytes(40))))
ICMP4 = e4(ip4(ICMP, icmp(8, data=bytes(40))))
TAG4 = e4(ip4(UDP, udp(bytes(40))), [(0x88a8, 2), (0x8100, 1)])
HOP6 = e6(ip6(UDP, udp(bytes(40)), ext=[options_header(HOPOPTS, 1), options_header(DSTOPTS)]))
FRAG6 = e6(ip6(UDP, udp(bytes(40)), ext=[fragment_header(0, 1)]))
LATER4 = e4(ip4(UDP, bytes(40), ident=9, frag=5, sums=False))
LATER6 = e6(ip6(UDP, bytes(40), ext=[fragment_header(5, 0)], sums=False))
AH6 = e6(ip6(TCP, tcp(SYN, 1), ext=[auth_header()]))
SCTP4 = e4(ip4(SCTP, struct.pack("!HHII", 40000, 2905, 1, 0) + bytes(40)))
DCCP4 = e4(ip4(DCCP, struct.pack("!HHBBHBBHII", 40000, 5001, 5, 0, 0, 1, 0, 1, 1, 0)))

# Frame, cut behind that many bytes: where a header is cut, on the wire or by a snap length, it is truncated.
HEADER_CUTS = [
    (FULL4, 0, "no bytes"), (FULL4, 1, "one byte"), (FULL4, 10, "Ethernet header cut"),
    (FULL4, 13, "Ethernet header but one byte"), (FULL4, 14, "no IPv4 header"), (FULL4, 15, "one byte of IPv4"),
    (FULL4, 24, "IPv4 header cut"), (FULL4, 33, "IPv4 header but one byte"), (OPTS4, 40, "IPv4 options cut"),
    (FULL4, 34, "no TCP header"), (FULL4, 38, "TCP ports only"), (FULL4, 53, "TCP header but one byte"),
    (OPTS4, 62, "TCP options cut"), (UDP4, 34, "no UDP header"), (UDP4, 41, "UDP header but one byte"),
    (ICMP4, 36, "ICMP type and code only"), (ICMP4, 41, "ICMP header but one byte"),
    (SCTP4, 36, "SCTP source port only"),
    (DCCP4, 36, "DCCP source port only"), (TAG4, 14, "no tag behind 802.1ad"), (TAG4, 17, "first tag cut"),
    (TAG4, 20, "second tag cut"), (TAG4, 30, "IPv4 header behind tags cut"), (FULL6, 14, "no IPv6 header"),
    (FULL6, 53, "IPv6 header but one byte"), (FULL6, 54, "no TCP header, IPv6"),
    (FULL6, 73, "TCP header but one byte, IPv6"),
    (HOP6, 54, "no hop-by-hop header"), (HOP6, 55, "one byte of hop-by-hop"), (HOP6, 69, "hop-by-hop but one byte"),
    (HOP6, 70, "no destination options"), (HOP6, 80, "UDP behind options cut"), (FRAG6, 58, "fragment header cut"),
    (FRAG6, 66, "UDP header in a first fragment cut"), (AH6, 60, "AH cut"), (AH6, 78, "no TCP header behind AH"),
]
# Headers whole, payload cut: truncated on the wire, as usual where a snap length did it.
PAYLOAD_CUTS = [
    (FULL4, 54, TCP, "TCP header whole, no payload"), (FULL4, 93, TCP, "all but the last byte"),
    (OPTS4, 74, TCP, "options of both whole"), (UDP4, 42, UDP, "UDP header whole"),
    (ICMP4, 42, ICMP, "ICMP header whole"),
    (SCTP4, 46, SCTP, "SCTP common header whole"), (TAG4, 50, UDP, "UDP header behind two tags whole"),
    (FULL6, 74, TCP, "TCP header whole, IPv6"), (HOP6, 86, UDP, "UDP header behind options whole"),
    (FRAG6, 70, UDP, "UDP header in a first fragment whole"), (LATER4, 34, UDP, "later fragment, IPv4 header only"),
    (LATER6, 62, UDP, "later fragment, IPv6 and fragment header only"), (AH6, 98, TCP, "TCP header behind AH whole"),
]


def truncated():
    c = Capture("truncated", "whole records of packets that are shorter than their headers say")
    for frame, cut, note in HEADER_CUTS:
        c.add(frame[:cut], "truncated", note=note)
    for frame, cut, _, note in PAYLOAD_CUTS:
        if cut < len(frame):
            c.add(frame[:cut], "truncated", note=note)
    c.add(e4(ip4(UDP, udp(bytes(40)), total=1500)), "truncated", note="total length beyond the frame")
    c.add(e6(ip6(UDP, udp(bytes(40)), plen=1400)), "truncated", note="payload length beyond the frame")
    return c


def snapped():
    c = Capture("snapped", "packets that the capture cut short (original length over the captured one)")
    for frame, cut, note in HEADER_CUTS:
        c.add(frame[:cut], "truncated", note=note, original=len(frame))
    for frame, cut, proto, note in PAYLOAD_CUTS:
        c.add(frame[:cut], "ok", proto, note, original=len(frame))
    arp = eth(0x0806, bytes(46))
    c.add(arp[:20], "nonip", note="ARP cut", original=60)
    c.add(arp[:14], "nonip", note="EtherType of ARP only", original=60)
    c.add(e4(ip4(UDP, udp(bytes(40), length=7)))[:42], "malformed", note="UDP length 7", original=82)
    c.add(e4(ip4(UDP, udp(bytes(40), length=49)))[:42], "malformed", note="UDP length over the payload", original=82)
    c.add(e4(ip4(TCP, tcp(SYN, 1), total=30))[:39], "malformed",
          note="TCP header cut by the IP length and by the capture", original=60)
    c.add(e6(ip6(UDP, udp(bytes(40)), ext=[options_header(DSTOPTS)] * 9))[:150], "too-deep",
          note="nine headers", original=174)
    return c


CAPTURES = [exthdrs, fragments, malformed, truncated, snapped]
