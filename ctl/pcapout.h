/* SPDX-License-Identifier: GPL-2.0 */
/* Writing of a capture file: pcap with times in ns, link type Ethernet, as tcpdump and Wireshark read it. */
#ifndef FW_PCAPOUT_H
#define FW_PCAPOUT_H

#include "util.h"
#include "../shared/event.h"

/* Appends the header of a file whose packets have at most SNAP_BYTES of the wire's bytes. */
void pcap_begin(struct strbuf *out);

/*
 * Appends a packet that was seen at time_ns since the epoch. Packets of devices without Ethernet header get one of zeros and their EtherType;
 * a tag that the stack took off is put back. The length on the wire counts both.
 */
void pcap_packet(struct strbuf *out, const struct packet_event *e, uint64_t time_ns);

#endif
