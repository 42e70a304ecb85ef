# SPDX-License-Identifier: GPL-2.0
"""Captures of whole packets of one protocol feature each, and of what is not IP."""
from pcap_build import *  # noqa: F403: this is the language that the captures are written in


def handshake(c, wrap, where, note):
    """A TCP connection with a request, an answer and an orderly end. `where` gives the two directions' addresses."""
    def send(back, flags, seq, ack, data=b"", options=b"", text=""):
        ports = dict(sport=80, dport=40000) if back else {}
        c.add(wrap(TCP, tcp(flags, seq, ack, data, options=options, **ports), **where[back]), "ok", TCP, note + text)

    mss = bytes.fromhex("020405b40402080a000000010000000001030307")
    send(0, SYN, 1000, 0, options=mss, text="SYN")
    send(1, SYN | ACK, 5000, 1001, options=mss, text="SYN+ACK")
    send(0, ACK, 1001, 5001, text="ACK")
    send(0, PSH | ACK, 1001, 5001, b"GET / HTTP/1.0\r\n\r\n", text="request")
    send(1, PSH | ACK, 5001, 1019, b"HTTP/1.0 204 No Content\r\n\r\n", text="answer")
    send(1, FIN | ACK, 5028, 1019, text="FIN")
    send(0, FIN | ACK, 1019, 5029, text="FIN")
    send(1, ACK, 5029, 1020, text="last ACK")


WAYS4 = (dict(), dict(src=B4, dst=A4))
WAYS6 = (dict(), dict(src=B6, dst=A6))


def tcp4(name="tcp4", what="TCP over IPv4: handshake, data both ways, close"):
    c = Capture(name, what)
    handshake(c, lambda *a, **k: pad60(e4(ip4(*a, **k))), WAYS4, "")
    return c


def tcp6():
    c = Capture("tcp6", "TCP over IPv6: handshake, data both ways, close")
    handshake(c, lambda *a, **k: e6(ip6(*a, **k)), WAYS6, "")
    return c


def udp_both():
    query, reply = b"\x12\x34\x01\0" + bytes(8), b"\x12\x34\x81\x80" + bytes(8)
    c = Capture("udp", "UDP query and reply, IPv4 and IPv6")
    c.add(pad60(e4(ip4(UDP, udp(query)))), "ok", UDP, "query")
    c.add(pad60(e4(ip4(UDP, udp(reply, 53, 40000), **WAYS4[1]))), "ok", UDP, "reply")
    c.add(e6(ip6(UDP, udp(query))), "ok", UDP, "query, IPv6")
    c.add(e6(ip6(UDP, udp(reply, 53, 40000), **WAYS6[1])), "ok", UDP, "reply, IPv6")
    c.add(pad60(e4(ip4(UDP, udp()))), "ok", UDP, "no payload")
    c.add(pad60(e4(ip4(UDP, udp(bytes(12), length=10)))), "ok", UDP, "UDP length below the IP payload")
    return c


def icmp_both():
    c = Capture("icmp", "ICMP and ICMPv6: echo and reply, timestamp, node information")
    c.add(pad60(e4(ip4(ICMP, icmp(8)))), "ok", ICMP, "echo request")
    c.add(pad60(e4(ip4(ICMP, icmp(0), **WAYS4[1]))), "ok", ICMP, "echo reply")
    c.add(pad60(e4(ip4(ICMP, icmp(13, data=bytes(12))))), "ok", ICMP, "timestamp")
    c.add(pad60(e4(ip4(ICMP, icmp(14, data=bytes(12)), **WAYS4[1]))), "ok", ICMP, "timestamp reply")
    c.add(e6(ip6(ICMP6, icmp(128))), "ok", ICMP6, "echo request, IPv6")
    c.add(e6(ip6(ICMP6, icmp(129), **WAYS6[1])), "ok", ICMP6, "echo reply, IPv6")
    c.add(e6(ip6(ICMP6, icmp(139, data=bytes(28)))), "ok", ICMP6, "node information query")
    c.add(pad60(e4(ip4(ICMP, icmp(8, data=b"")))), "ok", ICMP, "echo request of 8 bytes")
    return c


def unreachable():
    c = Capture("unreachable", "UDP and TCP answered by ICMP errors that quote them, IPv4 and IPv6;"
                " one error quotes no known flow")
    for sent, note in ((ip4(UDP, udp(b"hello")), "UDP"), (ip4(TCP, tcp(SYN, 1000)), "TCP SYN")):
        proto = UDP if note == "UDP" else TCP
        c.add(pad60(e4(sent)), "ok", proto, note)
        c.add(pad60(e4(ip4(ICMP, icmp(3, 3, 0, 0, sent[:28]), src="203.0.113.1", dst=A4))), "ok", ICMP,
              "port unreachable quoting it, from a router")
    sent = ip6(UDP, udp(b"hello"))
    c.add(e6(sent), "ok", UDP, "UDP over IPv6")
    c.add(e6(ip6(ICMP6, icmp(1, 4, 0, 0, sent), **WAYS6[1])), "ok", ICMP6, "port unreachable quoting it")
    other = ip4(UDP, udp(b"hello", 50000, 7))
    c.add(pad60(e4(ip4(ICMP, icmp(3, 3, 0, 0, other[:28]), src=B4, dst=A4))), "ok", ICMP,
          "quotes what was never sent")
    c.add(pad60(e4(ip4(ICMP, icmp(3, 4, 0, 1400, ip4(TCP, tcp(ACK, 1001, 1))[:28]), src=B4, dst=A4))), "ok", ICMP,
          "fragmentation needed")
    return c


def vlan():
    p4, p6 = ip4(UDP, udp(b"tagged")), ip6(UDP, udp(b"tagged"))
    c = Capture("vlan", "802.1Q, 802.1ad (QinQ), priority tags, three tags (too deep)")
    c.add(e4(p4, [(0x8100, 100)]), "ok", UDP, "802.1Q, VID 100")
    c.add(e6(p6, [(0x8100, 0xa000 | 100)]), "ok", UDP, "VID 100, priority 5, IPv6")
    c.add(e4(p4, [(0x8100, 0xe000)]), "ok", UDP, "priority tag: VID 0, priority 7")
    c.add(e4(p4, [(0x88a8, 200), (0x8100, 100)]), "ok", UDP, "802.1ad VID 200, 802.1Q VID 100")
    c.add(e4(p4, [(0x8100, 200), (0x8100, 100)]), "ok", UDP, "two 802.1Q tags")
    c.add(e4(p4, [(0x8100, 4095), (0x8100, 0)]), "ok", UDP, "VID 4095, then a priority tag")
    c.add(e4(p4, [(0x8100, 3), (0x8100, 2), (0x8100, 1)]), "too-deep", note="three tags")
    c.add(e6(p6, [(0x88a8, 3), (0x8100, 2), (0x8100, 1)]), "too-deep", note="three tags, IPv6")
    c.add(eth(0x0806, bytes(46), [(0x8100, 100)]), "nonip", note="ARP with a tag")
    return c


def transports():
    c = Capture("transports", "SCTP, DCCP, UDP-Lite, GRE, ESP, AH, IGMP, an unassigned protocol")
    sctp = struct.pack("!HHII", 40000, 2905, 0x01020304, 0) + bytes.fromhex("01000014") + bytes(16)
    dccp = struct.pack("!HHBBHBBHII", 40000, 5001, 5, 0, 0, 1, 0, 1, 1, 0)
    lite = struct.pack("!HHHH", 40000, 5004, 0, 0) + b"voice"
    ah = auth_header()[1](TCP) + summed(TCP, tcp(SYN, 1000), A4, B4)
    for proto, data, note in ((SCTP, sctp, "SCTP INIT"), (DCCP, dccp, "DCCP request"), (UDPLITE, lite, "UDP-Lite")):
        c.add(pad60(e4(ip4(proto, data))), "ok", proto, note)
        c.add(e6(ip6(proto, data)), "ok", proto, note + ", IPv6")
    c.add(pad60(e4(ip4(GRE, bytes.fromhex("00000800") + ip4(UDP, udp(b"inner"))))), "ok", GRE, "GRE, IPv4 inside")
    c.add(pad60(e4(ip4(ESP, bytes(40)))), "ok", ESP, "ESP")
    c.add(pad60(e4(ip4(AH, ah))), "ok", AH, "AH over IPv4 is a protocol of its own")
    c.add(pad60(e4(ip4(2, bytes.fromhex("1600e9ff00000000"), dst="224.0.0.22", ttl=1))), "ok", 2, "IGMP")
    c.add(pad60(e4(ip4(253, b"experiment"))), "ok", 253, "protocol 253")
    c.add(pad60(e4(ip4(255, b""))), "ok", 255, "protocol 255, no payload")
    return c


def ip_options():
    c = Capture("ip-options", "IPv4 headers of up to 60 bytes; DSCP, TTL, fragment flags at their ends")
    c.add(pad60(e4(ip4(ICMP, icmp(8), options=bytes.fromhex("94040000")))), "ok", ICMP, "router alert")
    c.add(e4(ip4(TCP, tcp(SYN, 1), options=bytes([7, 39, 4]) + bytes(37))), "ok", TCP, "record route, header of 60")
    c.add(e4(ip4(UDP, udp(b"x"), options=bytes([1] * 40))), "ok", UDP, "40 bytes of no-operation")
    c.add(pad60(e4(ip4(UDP, udp(b"x"), tos=0xb8, ttl=1))), "ok", UDP, "DSCP ef, TTL 1")
    c.add(pad60(e4(ip4(UDP, udp(b"x"), tos=0xff, ttl=255, frag=0))), "ok", UDP,
          "DSCP 63, both ECN bits, TTL 255, no DF")
    c.add(e6(ip6(UDP, udp(b"x"), tclass=0xb8, hlim=0)), "ok", UDP, "DSCP ef, hop limit 0, IPv6")
    c.add(e4(ip4(TCP, tcp(SYN, 1, options=bytes([1] * 40)))), "ok", TCP, "TCP header of 60 bytes")
    return c


def nonip():
    arp = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + MAC_A + address(A4) + bytes(6) + address(B4)
    snap = bytes.fromhex("aaaa03000000") + struct.pack("!H", 0x0800) + ip4(UDP, udp(b"snap"))
    c = Capture("nonip", "ARP, LLC, SNAP, MPLS, PPPoE, LLDP, MACsec, EAPOL: none of them IP")
    c.add(pad60(eth(0x0806, arp)), "nonip", note="ARP request")
    c.add(pad60(eth(0x0806, arp[:6] + b"\0\2" + MAC_B + address(B4) + MAC_A + address(A4))), "nonip",
          note="ARP reply")
    c.add(pad60(eth(38, bytes.fromhex("424203") + bytes(35))), "nonip", note="802.3 with LLC: spanning tree")
    c.add(eth(len(snap), snap), "nonip", note="802.3 with SNAP, IPv4 inside")
    c.add(eth(0x8847, bytes.fromhex("00064140") + ip4(UDP, udp(b"mpls"))), "nonip", note="MPLS")
    c.add(pad60(eth(0x8863, bytes.fromhex("110900000004") + bytes(4))), "nonip", note="PPPoE discovery")
    c.add(eth(0x8864, bytes.fromhex("110000010024") + b"\0\x21" + ip4(UDP, udp(b"ppp"))), "nonip",
          note="PPPoE session")
    c.add(pad60(eth(0x88cc, bytes.fromhex("0207040200000000010403020001060200780000"))), "nonip", note="LLDP")
    c.add(pad60(eth(0x88e5, bytes(32))), "nonip", note="MACsec")
    c.add(pad60(eth(0x888e, bytes.fromhex("02010000"))), "nonip", note="EAPOL")
    c.add(pad60(eth(0x9000, bytes(46))), "nonip", note="loopback test")
    c.add(pad60(eth(0x88cc, bytes(46), [(0x88a8, 2), (0x8100, 1)])), "nonip", note="LLDP behind two tags")
    c.add(eth(0x1234, b""), "nonip", note="a header and no more")
    return c


def neighbours():
    c = Capture("nd", "IPv6 neighbour discovery, with hop limit 255 as it must be, and with 64")
    target = address("2001:db8::2")
    for kind, data, note in ((133, b"", "router solicitation"), (134, bytes(8), "router advertisement"),
                             (135, target, "neighbour solicitation"), (136, target, "neighbour advertisement"),
                             (137, target + target, "redirect")):
        for hlim in (255, 64):
            c.add(e6(ip6(ICMP6, icmp(kind, 0, 0, 0, data), src="fe80::1", dst="ff02::1", hlim=hlim)), "ok", ICMP6,
                  "%s, hop limit %d" % (note, hlim))
    c.add(e6(ip6(ICMP6, bytes.fromhex("8f00000000000001") + bytes(20), src="fe80::1", dst="ff02::16", hlim=1,
                 ext=[options_header(HOPOPTS)])), "ok", ICMP6, "multicast listener report behind hop-by-hop options")
    return c


def jumbo():
    c = Capture("jumbo", "frames of 9,000 bytes and of 64 KiB")
    c.add(e4(ip4(UDP, udp(bytes(9000 - 28)))), "ok", UDP, "IP length 9,000")
    c.add(e4(ip4(TCP, tcp(ACK, 1, 1, bytes(65535 - 40)))), "ok", TCP, "IP length 65,535: the longest IPv4 packet")
    c.add(e6(ip6(UDP, udp(bytes(9000 - 48)))), "ok", UDP, "IP length 9,000, IPv6")
    return c


CAPTURES = [tcp4, tcp6, udp_both, icmp_both, unreachable, vlan, transports, ip_options, nonip, neighbours, jumbo]
