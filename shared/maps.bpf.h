/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel face of the map registry. Nothing else in BPF code calls a bpf_map_* helper. */
#ifndef FW_MAPS_BPF_H
#define FW_MAPS_BPF_H

#include "helpers.bpf.h"
#include "maps.def.h"

#define DEF_ARRAY(n, kind, V, max, flags) \
	struct n##_map {                  \
		__uint(type, kind);       \
		__uint(max_entries, max); \
		__uint(map_flags, flags); \
		__type(key, __u32);       \
		__type(value, V);         \
	} n SEC(".maps");
#define DEF_KEYED(n, kind, K, V, max, flags) \
	struct n##_map {                     \
		__uint(type, kind);          \
		__uint(max_entries, max);    \
		__uint(map_flags, flags);    \
		__type(key, K);              \
		__type(value, V);            \
	} n SEC(".maps");

/* Read-only by its type: the flag for it (BPF_F_RDONLY_PROG) would forbid user space to fill it through mmap. */
#define MAP_SETTING(n, K, V, max)                                 \
	DEF_ARRAY(n, BPF_MAP_TYPE_ARRAY, V, max, BPF_F_MMAPABLE)  \
	static __always_inline const V *n##_at(void)              \
	{                                                         \
		K zero = 0;                                       \
                                                                  \
		return (const V *)bpf_map_lookup_elem(&n, &zero); \
	}
/*
 * The same map twice: as the others, which gives it its type; and as a section of data, which libbpf takes for a map of its own and user
 * space makes the same one (ctl/object.c), so that programs have its address as a constant.
 */
#define MAP_GLOBAL(n, K, V, max)                                 \
	DEF_ARRAY(n, BPF_MAP_TYPE_ARRAY, V, max, BPF_F_MMAPABLE) \
	V n##_value SEC(".data." #n) = {};                       \
	static __always_inline const V *n##_at(void) { return &n##_value; }
#define MAP_BOARD(n, K, V, max)                                  \
	DEF_ARRAY(n, BPF_MAP_TYPE_ARRAY, V, max, BPF_F_MMAPABLE) \
	V n##_value SEC(".data." #n) = {};                       \
	static __always_inline V *n##_at(void) { return &n##_value; }
#define MAP_GLOBALS(n, K, V, max)                                           \
	struct n##_all {                                                    \
		V v[max];                                                   \
	};                                                                  \
	DEF_ARRAY(n, BPF_MAP_TYPE_ARRAY, struct n##_all, 1, BPF_F_MMAPABLE) \
	struct n##_all n##_value SEC(".data." #n) = {};                     \
	static __always_inline const V *n##_at(K k) { return &n##_value.v[k.raw % (max)]; }
#define MAP_REPORT(n, K, V, max)                                 \
	DEF_ARRAY(n, BPF_MAP_TYPE_ARRAY, V, max, BPF_F_MMAPABLE) \
	static __always_inline V *n##_at(void)                   \
	{                                                        \
		K zero = 0;                                      \
                                                                 \
		return (V *)bpf_map_lookup_elem(&n, &zero);      \
	}
#define MAP_TABLE(n, K, V, max)                                  \
	DEF_ARRAY(n, BPF_MAP_TYPE_ARRAY, V, max, BPF_F_MMAPABLE) \
	static __always_inline const V *n##_at(K k)              \
	{                                                        \
		__u32 at = k.raw;                                \
                                                                 \
		return (const V *)bpf_map_lookup_elem(&n, &at);  \
	}
#define MAP_STATE(n, K, V, max)                                  \
	DEF_ARRAY(n, BPF_MAP_TYPE_ARRAY, V, max, BPF_F_MMAPABLE) \
	static __always_inline V *n##_at(K k)                    \
	{                                                        \
		__u32 at = k.raw;                                \
                                                                 \
		return (V *)bpf_map_lookup_elem(&n, &at);        \
	}
/* Plain adds: a program run owns its CPU's slot, since bottom halves are off on every hook. */
#define MAP_COUNTERS(n, K, V, max)                                           \
	DEF_ARRAY(n, BPF_MAP_TYPE_PERCPU_ARRAY, V, max, 0)                   \
	static __always_inline void n##_add(K k, __u64 packets, __u64 bytes) \
	{                                                                    \
		V *v = (V *)bpf_map_lookup_elem(&n, &k.raw);                 \
                                                                             \
		if (v) {                                                     \
			v->packets += packets;                               \
			v->bytes += bytes;                                   \
		}                                                            \
	}
#define MAP_SCRATCH(n, K, V, max)                           \
	DEF_ARRAY(n, BPF_MAP_TYPE_PERCPU_ARRAY, V, max, 0)  \
	static __always_inline V *n##_mine(void)            \
	{                                                   \
		__u32 zero = 0;                             \
                                                            \
		return (V *)bpf_map_lookup_elem(&n, &zero); \
	}
#define MAP_LOOKUP(n, K, V, max)                                                          \
	DEF_KEYED(n, BPF_MAP_TYPE_HASH, K, V, max, BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG) \
	static __always_inline const V *n##_get(const K *k) { return (const V *)bpf_map_lookup_elem(&n, k); }
#define MAP_PREFIXES(n, K, V, max)                                                            \
	DEF_KEYED(n, BPF_MAP_TYPE_LPM_TRIE, K, V, max, BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG) \
	static __always_inline const V *n##_get(const K *k) { return (const V *)bpf_map_lookup_elem(&n, k); }

/* A negative errno where there is no ring, or no room in it. */
#define MAP_RINGS(n, K, V, max)                                                        \
	struct n##_ring {                                                              \
		__uint(type, BPF_MAP_TYPE_RINGBUF);                                    \
		__uint(max_entries, 4096);                                             \
	};                                                                             \
	struct n##_map {                                                               \
		__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);                              \
		__uint(max_entries, max);                                              \
		__type(key, __u32);                                                    \
		__array(values, struct n##_ring);                                      \
	} n SEC(".maps");                                                              \
	static __always_inline long n##_send(K k, const V *v, __u64 size, __u64 flags) \
	{                                                                              \
		void *ring = bpf_map_lookup_elem(&n, &k.raw);                          \
                                                                                       \
		return ring ? bpf_ringbuf_output(ring, (void *)v, size, flags) : -1;   \
	}

#define MAP(n, KIND, K, V, max) MAP_##KIND(n, K, V, max)

/* Program arrays hold programs of one type, so each adapter has its own. */
#define PROGRAMS(n)                                    \
	struct n##_map {                               \
		__uint(type, BPF_MAP_TYPE_PROG_ARRAY); \
		__uint(max_entries, PROGRAM_PLACES);   \
		__type(key, __u32);                    \
		__type(value, __u32);                  \
	} n SEC(".maps");

#endif
