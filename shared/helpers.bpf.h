/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel and libbpf say to BPF programs. */
#ifndef FW_HELPERS_BPF_H
#define FW_HELPERS_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* libbpf from 1.2 on makes it one for CO-RE relocations, which is no constant; what is asked for here are our own types. */
#undef offsetof
#define offsetof(T, member) __builtin_offsetof(T, member)

#endif
