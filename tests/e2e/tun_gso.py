#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""tun_gso.py NAME SRC DST: makes the tun device NAME, as a virtual machine's is, and says `ready`; after a line on standard input it sends
one buffer of 5,000 bytes of TCP payload, to be cut into segments of 1,000, whose number it does not tell (the kernel marks such as
SKB_GSO_DODGY). Ends with standard input, and the device with it."""
import fcntl
import os
import socket
import struct
import sys

TUNSETIFF, TUNSETOFFLOAD = 0x400454CA, 0x400454D0
IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 0x1, 0x1000, 0x4000
TUN_F_CSUM, TUN_F_TSO4 = 1, 2
NEEDS_CSUM, GSO_TCPV4 = 1, 1  # struct virtio_net_hdr
HEADERS, PAYLOAD, SEGMENT = 40, 5000, 1000


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def buffer(src, dst):
    ends = socket.inet_aton(src) + socket.inet_aton(dst)
    ip = struct.pack(">BBHHHBBH", 0x45, 0, HEADERS + PAYLOAD, 1, 0, 64, socket.IPPROTO_TCP, 0) + ends
    ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
    pseudo = ends + struct.pack(">BBH", 0, socket.IPPROTO_TCP, 20 + PAYLOAD)
    tcp = struct.pack(">HHIIBBHHH", 1234, 80, 1000, 2000, 0x50, 0x10, 1000, ~checksum(pseudo) & 0xFFFF, 0)
    header = struct.pack("<BBHHHH", NEEDS_CSUM, GSO_TCPV4, HEADERS, SEGMENT, 20, 16)
    return header + ip + tcp + bytes(PAYLOAD)


def main():
    name, src, dst = sys.argv[1:]
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI | IFF_VNET_HDR))
    fcntl.ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4)
    print("ready", flush=True)
    sys.stdin.readline()
    os.write(tun, buffer(src, dst))
    sys.stdin.read()


main()
