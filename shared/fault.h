/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that a program drops because something of ours is not as it should be. Who includes it has the map fw_tally. */
#ifndef FW_FAULT_H
#define FW_FAULT_H

/* The program that the packet was to go on to is not there. */
static __always_inline void count_no_program(enum direction d, __u64 bytes)
{
	fw_tally_add(tally_of(d, VERDICT_DROP, REASON_NO_PROGRAM), 1, bytes);
}

/* Working memory is not there, or what one program read another cannot. */
static __always_inline void count_fault(enum direction d, __u64 bytes)
{
	fw_tally_add(tally_of(d, VERDICT_DROP, REASON_FAULT), 1, bytes);
}

#endif
