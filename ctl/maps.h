/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The user face of the map registry (shared/maps.def.h): a handle type a map, so that a bare descriptor or another
 * map's handle does not compile, and per kind the operations that make sense. Functions return 0 or a negative errno.
 * Nothing else in user space calls a bpf_map_* element function.
 */
#ifndef FW_CTL_MAPS_H
#define FW_CTL_MAPS_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "../shared/maps.def.h"

/* Bytes of an mmapable array's memory: values stand at multiples of 8 (kernel: array_map_mmap). */
static inline size_t map_bytes(size_t value, size_t entries) { return ((value + 7) / 8 * 8 * entries + 4095) / 4096 * 4096; }

#define USER_HANDLE(n, KIND, K, V, max) \
	typedef struct n {              \
		int fd;                 \
	} n##_t;
FW_MAPS(USER_HANDLE)
FW_MAPS_EXPORT(USER_HANDLE)

/* One value: read, written, or shared with the kernel (n_map: NULL on error, errno). */
#define USER_SINGLE(n, K, V)                                                                                \
	static inline int n##_get(n##_t m, V *v)                                                            \
	{                                                                                                   \
		const K at = 0;                                                                             \
                                                                                                            \
		return bpf_map_lookup_elem(m.fd, &at, v);                                                   \
	}                                                                                                   \
	static inline int n##_put(n##_t m, const V *v)                                                      \
	{                                                                                                   \
		const K at = 0;                                                                             \
                                                                                                            \
		return bpf_map_update_elem(m.fd, &at, v, 0);                                                \
	}                                                                                                   \
	static inline V *n##_map(n##_t m)                                                                   \
	{                                                                                                   \
		void *p = mmap(NULL, map_bytes(sizeof(V), 1), PROT_READ | PROT_WRITE, MAP_SHARED, m.fd, 0); \
		return p == MAP_FAILED ? NULL : (V *)p;                                                     \
	}                                                                                                   \
	static inline void n##_unmap(V *p)                                                                  \
	{                                                                                                   \
		if (p)                                                                                      \
			munmap(p, map_bytes(sizeof(V), 1));                                                 \
	}
#define USER_SETTING(n, K, V) USER_SINGLE(n, K, V)
#define USER_GLOBAL(n, K, V)  USER_SINGLE(n, K, V)
#define USER_REPORT(n, K, V)  USER_SINGLE(n, K, V)
#define USER_BOARD(n, K, V)   USER_SINGLE(n, K, V)

/* Arrays: single elements, or all of them in memory. n_map: `entries` values, shared with the kernel; NULL on error (errno). */
#define USER_ARRAY(n, K, V)                                                                                       \
	static inline int n##_get(n##_t m, K k, V *v)                                                             \
	{                                                                                                         \
		__u32 at = k.raw;                                                                                 \
                                                                                                                  \
		return bpf_map_lookup_elem(m.fd, &at, v);                                                         \
	}                                                                                                         \
	static inline int n##_put(n##_t m, K k, const V *v)                                                       \
	{                                                                                                         \
		__u32 at = k.raw;                                                                                 \
                                                                                                                  \
		return bpf_map_update_elem(m.fd, &at, v, 0);                                                      \
	}                                                                                                         \
	static inline V *n##_map(n##_t m, size_t entries)                                                         \
	{                                                                                                         \
		void *p = mmap(NULL, map_bytes(sizeof(V), entries), PROT_READ | PROT_WRITE, MAP_SHARED, m.fd, 0); \
		return p == MAP_FAILED ? NULL : (V *)p;                                                           \
	}                                                                                                         \
	static inline void n##_unmap(V *p, size_t entries)                                                        \
	{                                                                                                         \
		if (p)                                                                                            \
			munmap(p, map_bytes(sizeof(V), entries));                                                 \
	}
#define USER_TABLE(n, K, V) USER_ARRAY(n, K, V)
#define USER_STATE(n, K, V) USER_ARRAY(n, K, V)

/* A table in one value of the map. */
#define USER_GLOBALS(n, K, V, max)                                                                                \
	struct n##_all {                                                                                          \
		V v[max];                                                                                         \
	};                                                                                                        \
	_Static_assert(sizeof(V) == 8 && (max) * sizeof(V) <= 4096, "values are written at once, all in a page"); \
	static inline int n##_get(n##_t m, K k, V *v)                                                             \
	{                                                                                                         \
		const __u32 at = 0;                                                                               \
		V all[max];                                                                                       \
		int err = bpf_map_lookup_elem(m.fd, &at, all);                                                    \
                                                                                                                  \
		if (!err)                                                                                         \
			*v = all[k.raw % (max)];                                                                  \
		return err;                                                                                       \
	}                                                                                                         \
	static inline V *n##_map(n##_t m)                                                                         \
	{                                                                                                         \
		void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, m.fd, 0);                          \
		return p == MAP_FAILED ? NULL : (V *)p;                                                           \
	}                                                                                                         \
	static inline void n##_unmap(V *p)                                                                        \
	{                                                                                                         \
		if (p)                                                                                            \
			munmap(p, 4096);                                                                          \
	}                                                                                                         \
	static inline int n##_put(n##_t m, K k, const V *v)                                                       \
	{                                                                                                         \
		V *all = n##_map(m);                                                                              \
		__u64 word;                                                                                       \
                                                                                                                  \
		if (!all)                                                                                         \
			return -errno;                                                                            \
		memcpy(&word, v, sizeof(word));                                                                   \
		__atomic_store_n((__u64 *)(void *)&all[k.raw % (max)], word, __ATOMIC_RELEASE);                   \
		n##_unmap(all);                                                                                   \
		return 0;                                                                                         \
	}

/* Counters: the sum over all CPUs; of one, or of the first `entries`, which takes a system call for every so many. */
enum { COUNTERS_AT_ONCE = 512 };
#define USER_COUNTERS(n, K, V)                                                                                      \
	static inline int n##_sums(n##_t m, size_t entries, V *sums)                                                \
	{                                                                                                           \
		int cpus = libbpf_num_possible_cpus(), err = cpus < 0 ? cpus : 0;                                   \
		V *each = cpus > 0 ? (V *)calloc((size_t)cpus * COUNTERS_AT_ONCE, sizeof(V)) : NULL;                \
		__u32 keys[COUNTERS_AT_ONCE], at = 0;                                                               \
                                                                                                                    \
		if (!each && !err)                                                                                  \
			return -ENOMEM;                                                                             \
		for (size_t done = 0; !err && done < entries;) {                                                    \
			__u32 got = entries - done < COUNTERS_AT_ONCE ? (__u32)(entries - done) : COUNTERS_AT_ONCE; \
                                                                                                                    \
			err = bpf_map_lookup_batch(m.fd, done ? &at : NULL, &at, keys, each, &got, NULL);           \
			if (err == -ENOENT && done + got == entries)                                                \
				err = 0; /* the map's end */                                                        \
			for (__u32 k = 0; !err && k < got; k++, done++) {                                           \
				sums[done] = (V){ 0, 0 };                                                           \
				for (int i = 0; i < cpus; i++) {                                                    \
					sums[done].packets += each[k * (__u32)cpus + (__u32)i].packets;             \
					sums[done].bytes += each[k * (__u32)cpus + (__u32)i].bytes;                 \
				}                                                                                   \
			}                                                                                           \
			if (!err && !got)                                                                           \
				err = -ENOENT;                                                                      \
		}                                                                                                   \
		free(each);                                                                                         \
		return err;                                                                                         \
	}                                                                                                           \
	static inline int n##_sum(n##_t m, K k, V *sum)                                                             \
	{                                                                                                           \
		int cpus = libbpf_num_possible_cpus(), err;                                                         \
		V *each = cpus > 0 ? (V *)calloc((size_t)cpus, sizeof(V)) : NULL;                                   \
                                                                                                                    \
		if (!each)                                                                                          \
			return cpus > 0 ? -ENOMEM : cpus;                                                           \
		err = bpf_map_lookup_elem(m.fd, &k.raw, each);                                                      \
		*sum = (V){ 0, 0 };                                                                                 \
		for (int i = 0; !err && i < cpus; i++) {                                                            \
			sum->packets += each[i].packets;                                                            \
			sum->bytes += each[i].bytes;                                                                \
		}                                                                                                   \
		free(each);                                                                                         \
		return err;                                                                                         \
	}

/* Hashes and prefix trees. */
#define USER_KEYED(n, K, V)                                                                                       \
	static inline int n##_get(n##_t m, const K *k, V *v) { return bpf_map_lookup_elem(m.fd, k, v); }          \
	static inline int n##_put(n##_t m, const K *k, const V *v) { return bpf_map_update_elem(m.fd, k, v, 0); } \
	static inline int n##_del(n##_t m, const K *k) { return bpf_map_delete_elem(m.fd, k); }                   \
	static inline int n##_next(n##_t m, const K *k, K *next) { return bpf_map_get_next_key(m.fd, k, next); }
#define USER_LOOKUP(n, K, V)   USER_KEYED(n, K, V)
#define USER_PREFIXES(n, K, V) USER_KEYED(n, K, V)

/* Ring buffers: a reader makes its own, of a power of two bytes, and puts it in. What comes out are values of V, or shorter. */
#define USER_RINGS(n, K, V)                                                                                       \
	static inline int n##_make(size_t bytes)                                                                  \
	{                                                                                                         \
		int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, #n, 0, 0, (__u32)bytes, NULL);                      \
                                                                                                                  \
		return fd < 0 ? -errno : fd;                                                                      \
	}                                                                                                         \
	static inline int n##_put(n##_t m, K k, int ring) { return bpf_map_update_elem(m.fd, &k.raw, &ring, 0); } \
	/* A descriptor of the ring that is in, or a negative errno. */                                           \
	static inline int n##_ring(n##_t m, K k)                                                                  \
	{                                                                                                         \
		__u32 id;                                                                                         \
		int fd = bpf_map_lookup_elem(m.fd, &k.raw, &id) ? -1 : bpf_map_get_fd_by_id(id);                  \
                                                                                                                  \
		return fd < 0 ? -errno : fd;                                                                      \
	}                                                                                                         \
	static inline int n##_del(n##_t m, K k) { return bpf_map_delete_elem(m.fd, &k.raw); }

/* Working memory of programs: user space says what a run on any CPU finds there. */
#define USER_SCRATCH(n, K, V)                                                               \
	static inline int n##_put(n##_t m, const V *v)                                      \
	{                                                                                   \
		const K at = 0;                                                             \
		int cpus = libbpf_num_possible_cpus(), err;                                 \
		V *each = cpus > 0 ? (V *)calloc((size_t)cpus, sizeof(V)) : NULL;           \
                                                                                            \
		_Static_assert(sizeof(V) % 8 == 0, "as the kernel lays them side by side"); \
		if (!each)                                                                  \
			return cpus > 0 ? -ENOMEM : cpus;                                   \
		for (int i = 0; i < cpus; i++)                                              \
			each[i] = *v;                                                       \
		err = bpf_map_update_elem(m.fd, &at, each, 0);                              \
		free(each);                                                                 \
		return err;                                                                 \
	}

#define USER_ACCESS_SETTING(n, K, V, max)  USER_SETTING(n, K, V)
#define USER_ACCESS_GLOBAL(n, K, V, max)   USER_GLOBAL(n, K, V)
#define USER_ACCESS_BOARD(n, K, V, max)    USER_BOARD(n, K, V)
#define USER_ACCESS_REPORT(n, K, V, max)   USER_REPORT(n, K, V)
#define USER_ACCESS_TABLE(n, K, V, max)    USER_TABLE(n, K, V)
#define USER_ACCESS_STATE(n, K, V, max)    USER_STATE(n, K, V)
#define USER_ACCESS_COUNTERS(n, K, V, max) USER_COUNTERS(n, K, V)
#define USER_ACCESS_SCRATCH(n, K, V, max)  USER_SCRATCH(n, K, V)
#define USER_ACCESS_LOOKUP(n, K, V, max)   USER_LOOKUP(n, K, V)
#define USER_ACCESS_PREFIXES(n, K, V, max) USER_PREFIXES(n, K, V)
#define USER_ACCESS_RINGS(n, K, V, max)    USER_RINGS(n, K, V)
#define USER_ACCESS_GLOBALS(n, K, V, max)  USER_GLOBALS(n, K, V, max)
#define USER_ACCESS(n, KIND, K, V, max)    USER_ACCESS_##KIND(n, K, V, max)
FW_MAPS(USER_ACCESS)
FW_MAPS_EXPORT(USER_ACCESS)

/* Program arrays: what is put into a slot is a program's descriptor, what is read from it is its id. */
#define USER_PROGRAMS(n)                                                                                                      \
	typedef struct n {                                                                                                    \
		int fd;                                                                                                       \
	} n##_t;                                                                                                              \
	static inline int n##_put(n##_t m, __u32 slot, int prog_fd) { return bpf_map_update_elem(m.fd, &slot, &prog_fd, 0); } \
	static inline int n##_id(n##_t m, __u32 slot, __u32 *id) { return bpf_map_lookup_elem(m.fd, &slot, id); }             \
	static inline int n##_del(n##_t m, __u32 slot) { return bpf_map_delete_elem(m.fd, &slot); }
USER_PROGRAMS(fw_programs_xdp)
USER_PROGRAMS(fw_programs_out)
USER_PROGRAMS(fw_programs_in)

/* Handles of all maps of a group; a descriptor of -1 is none. */
#define USER_MEMBER(n, KIND, K, V, max) n##_t n;
struct instance_maps {
	FW_MAPS_ROOT(USER_MEMBER)
	FW_MAPS_INSTANCE(USER_MEMBER)
	fw_programs_xdp_t fw_programs_xdp;
	fw_programs_out_t fw_programs_out;
	fw_programs_in_t fw_programs_in;
};
struct ruleset_maps {
	FW_MAPS_RULESET(USER_MEMBER)
};
struct slot_maps {
	FW_MAPS_SLOT(USER_MEMBER)
};
struct replay_maps {
	FW_MAPS_REPLAY(USER_MEMBER)
};
struct export_maps {
	FW_MAPS_EXPORT(USER_MEMBER)
};

#endif
