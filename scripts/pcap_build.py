# SPDX-License-Identifier: GPL-2.0
"""Packets and capture files from plain Python: what make-pcaps.py is written in."""
import ipaddress
import struct

TCP, UDP, ICMP, ICMP6, DCCP, GRE, ESP, AH, NONE, SCTP, UDPLITE = 6, 17, 1, 58, 33, 47, 50, 51, 59, 132, 136
HOPOPTS, ROUTING, FRAGMENT, DSTOPTS = 0, 43, 44, 60
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
A4, B4 = "192.0.2.1", "198.51.100.7"
A6, B6 = "2001:db8::1", "2001:db8:1::7"
MAC_A, MAC_B = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
T0 = 1767225600 * 10**9  # 2026-01-01T00:00:00Z, in ns


def address(text):
    return ipaddress.ip_address(text).packed


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def summed(proto, segment, src, dst):
    """The segment with its checksum, where it has one and is long enough to hold it."""
    at = {TCP: 16, UDP: 6, UDPLITE: 6, DCCP: 6, ICMP: 2, ICMP6: 2}.get(proto)
    if proto == SCTP and len(segment) >= 12:
        return segment[:8] + struct.pack("<I", crc32c(segment)) + segment[12:]
    if at is None or len(segment) < at + 2:
        return segment
    pseudo = b""
    if proto != ICMP:
        pseudo = address(src) + address(dst) + struct.pack("!II", len(segment), proto)
    value = checksum(pseudo + segment)
    if proto in (UDP, UDPLITE) and not value:
        value = 0xffff
    return segment[:at] + struct.pack("!H", value) + segment[at + 2:]


# --- layers, innermost first: each returns bytes -----------------------------------------------------------------

def tcp(flags, seq=0, ack=0, data=b"", sport=40000, dport=80, options=b"", doff=None):
    words = 5 + len(options) // 4 if doff is None else doff
    return struct.pack("!HHIIBBHHH", sport, dport, seq, ack, words << 4, flags, 64240, 0, 0) + options + data


def udp(data=b"", sport=40000, dport=53, length=None):
    return struct.pack("!HHHH", sport, dport, 8 + len(data) if length is None else length, 0) + data


def icmp(kind, code=0, ident=0x1234, seq=1, data=b"abcdefgh"):
    return struct.pack("!BBHHH", kind, code, 0, ident, seq) + data


def ip4(proto, payload, src=A4, dst=B4, ttl=64, ident=0, frag=0x4000, options=b"", ihl=None, version=4, total=None,
        tos=0, sums=True):
    """`frag` is the 16-bit word of flags and offset (in units of 8)."""
    if sums:
        payload = summed(proto, payload, src, dst)
    words = 5 + len(options) // 4 if ihl is None else ihl
    length = 20 + len(options) + len(payload) if total is None else total
    head = struct.pack("!BBHHHBBH", version << 4 | words, tos, length, ident, frag, ttl, proto, 0)
    head += address(src) + address(dst) + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ip6(proto, payload, src=A6, dst=B6, hlim=64, ext=(), plen=None, version=6, tclass=0, sums=True):
    """`ext` is a list of (number, function of the next header's number that returns the header's bytes)."""
    if sums:
        payload = summed(proto, payload, src, dst)
    following = proto
    for number, make in reversed(list(ext)):
        payload = make(following) + payload
        following = number
    length = len(payload) if plen is None else plen
    word = version << 28 | tclass << 20
    return struct.pack("!IHBB", word, length, following, hlim) + address(src) + address(dst) + payload


def options_header(number, eights=0):
    """Hop-by-hop or destination options, filled with PadN; `eights` more than the first 8 bytes."""
    pad = 4 + 8 * eights
    return number, lambda nxt: bytes((nxt, eights, 1, pad)) + bytes(pad)


def routing_header():
    return ROUTING, lambda nxt: bytes((nxt, 2, 4, 0)) + bytes(4) + address("2001:db8::99")


def fragment_header(offset, more, ident=0xabcd0001):
    return FRAGMENT, lambda nxt: struct.pack("!BBHI", nxt, 0, offset << 3 | more, ident)


def auth_header():
    return AH, lambda nxt: struct.pack("!BBHII", nxt, 4, 0, 0x100, 1) + bytes(12)


def eth(ethertype, payload, tags=(), src=MAC_A, dst=MAC_B):
    """`tags` are (TPID, TCI), outermost first."""
    head = dst + src
    for tpid, tci in tags:
        head += struct.pack("!HH", tpid, tci)
    return head + struct.pack("!H", ethertype) + payload


def e4(packet, tags=()):
    return eth(0x0800, packet, tags)


def e6(packet, tags=()):
    return eth(0x86dd, packet, tags)


def pad60(frame):
    """As an Ethernet card sends it: at least 60 bytes."""
    return frame.ljust(60, b"\0")


# --- files -------------------------------------------------------------------------------------------------------

def pcap_header(order="<", nano=False, linktype=1, snaplen=262144):
    return struct.pack(order + "IHHiIII", 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0, snaplen, linktype)


def pcap_record(data, ns, original=None, order="<", nano=False):
    fraction = ns % 10**9 if nano else ns % 10**9 // 1000
    size = len(data) if original is None else original
    return struct.pack(order + "IIII", ns // 10**9, fraction, len(data), size) + data


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + size + body + size


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section_block(order):
    return block(order, 0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0, -1)
                 + option(order, 4, b"make-pcaps.py") + option(order, 0, b""))


def interface_block(order, linktype, snaplen=0, tsresol=None, tsoffset=None):
    body = struct.pack(order + "HHI", linktype, 0, snaplen) + option(order, 2, b"eth0")
    if tsresol is not None:
        body += option(order, 9, bytes((tsresol,)))
    if tsoffset is not None:
        body += option(order, 14, struct.pack(order + "q", tsoffset))
    return block(order, 1, body + option(order, 0, b""))


def enhanced_block(order, interface, ticks, data, original=None):
    size = len(data) if original is None else original
    body = struct.pack(order + "IIIII", interface, ticks >> 32, ticks & 0xffffffff, len(data), size)
    return block(order, 6, body + data + bytes(-len(data) % 4) + option(order, 2, bytes(4)) + option(order, 0, b""))


def old_packet_block(order, interface, ticks, data):
    return block(order, 2, struct.pack(order + "HHIIII", interface, 0, ticks >> 32, ticks & 0xffffffff,
                                       len(data), len(data)) + data)


def simple_block(order, data, original=None):
    return block(order, 3, struct.pack(order + "I", len(data) if original is None else original) + data)


def gzip_stored(data):
    """gzip without compression, so that no version of zlib changes the file."""
    import zlib
    out = bytes.fromhex("1f8b08000000000000ff")
    for at in range(0, len(data), 65535):
        part = data[at:at + 65535]
        last = at + 65535 >= len(data)
        out += struct.pack("<BHH", last, len(part), len(part) ^ 0xffff) + part
    return out + struct.pack("<II", zlib.crc32(data), len(data))


class Capture:
    """A capture and what the packet parser has to say of each of its packets, as the author declares it."""

    def __init__(self, name, what, linktype=1):
        self.name, self.what, self.linktype = name, what, linktype
        self.records, self.status = [], []

    def add(self, data, status, proto=None, note="", original=None):
        assert (proto is None) == (status != "ok"), "a protocol goes with ok, and only with ok"
        self.records.append((data, T0 + 10_000_000 * len(self.records), original))
        self.expect(status, proto, note)

    def expect(self, status, proto=None, note=""):
        number = len(self.status) + 1
        self.status.append("%d %s %s # %s\n" % (number, status, "-" if proto is None else proto, note))

    def bytes(self, order="<", nano=False, linktype=None):
        kind = self.linktype if linktype is None else linktype
        return pcap_header(order, nano, kind) + b"".join(
            pcap_record(data, ns, original, order, nano) for data, ns, original in self.records)
