/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Layouts of types as BTF tells them (kernel: Documentation/bpf/btf.rst). Two types agree when bytes written as one mean the
 * same read as the other: same kind, name, size; members by name, place and type; array lengths; enum names and values.
 * Integers agree by size and sign alone, since compilers name them differently; typedefs and qualifiers say nothing.
 */
#ifndef FW_LAYOUT_H
#define FW_LAYOUT_H

#include <bpf/btf.h>
#include <stdbool.h>
#include "util.h"

struct layout {
	const struct btf *btf;
	__u32 type;
};

/*
 * Do they agree? Where they do not, the first difference is appended to *why in words, as "struct flow_key, member vlan: at
 * byte 38, wanted at byte 36".
 */
bool layout_agrees(struct layout there, struct layout wanted, struct strbuf *why);

/* Hash of a layout, begun with LAYOUT_HASH_INIT or a hash so far: equal for layouts that agree (FNV-1a, 64 bits). */
#define LAYOUT_HASH_INIT 0xcbf29ce484222325ull
__u64 layout_hash(struct layout l, __u64 h);

/* Appends the type in words: "struct flow", "unsigned integer of 4 bytes", "array of 8: ...". */
void layout_describe(struct layout l, struct strbuf *out);

#endif
