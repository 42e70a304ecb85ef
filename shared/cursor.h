/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bounds-checked reading of packet bytes, in a form that the BPF verifier and a native compiler both
 * accept. Only parse.h includes this.
 */
#ifndef FW_CURSOR_H
#define FW_CURSOR_H

#include "types.h"

struct cursor {
	const void *start, *end;
	__u32 off;   /* bytes taken so far */
	__u32 limit; /* bytes that count: a replayed packet may lie in a longer, padded buffer */
};

#define CURSOR_STEP_MAX 2048u   /* the longest step; bounds the verifier's arithmetic */
#define CURSOR_OFF_MASK 0x7fffu /* over the longest chain of headers that parse.h walks */

/* True when n more bytes are there. */
static __always_inline bool cursor_has(const struct cursor *c, __u32 n)
{
	if (c->off + n > c->limit)
		return false;
#ifdef __bpf__
	return c->start + c->off + n <= c->end; /* the form that the verifier knows */
#else
	return (__u64)((const char *)c->end - (const char *)c->start) >= (__u64)c->off + n;
#endif
}

/* The next n bytes, or NULL; moves only when not NULL. */
static __always_inline const void *cursor_bytes(struct cursor *c, __u32 n)
{
	const char *p = (const char *)c->start + c->off;

#ifdef __bpf__
	if (c->off + n > c->limit || (const void *)(p + n) > c->end)
		return NULL;
	if (!p) /* never, but the compiler would have callers test for it */
		__builtin_unreachable();
#else
	if (!cursor_has(c, n))
		return NULL;
#endif
	c->off += n;
	return p;
}

#define cursor_take(c, T) ((const T *)cursor_bytes((c), sizeof(T)))

/* Moves over n bytes, at most CURSOR_STEP_MAX; false, and still, when they are not there. */
static __always_inline bool cursor_skip(struct cursor *c, __u32 n)
{
	if (n > CURSOR_STEP_MAX || !cursor_has(c, n))
		return false;
	c->off += n;
	return true;
}

/*
 * Makes the verifier forget how the offset came about, so that it follows one path from here on and not
 * one for each number and length of the headers before: it does not track values through *through.
 */
static __always_inline void cursor_forget_path(struct cursor *c, __u32 *through)
{
#ifdef __bpf__
	volatile __u32 *memory = through;

	*memory = c->off;
	c->off = *memory & CURSOR_OFF_MASK;
	*memory = 0;
#else
	(void)c;
	(void)through;
#endif
}

#endif
