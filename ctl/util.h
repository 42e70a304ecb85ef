/* SPDX-License-Identifier: GPL-2.0 */
/* Small helpers: ownership by cleanup attribute, allocation that cannot fail, growing arrays. */
#ifndef FW_UTIL_H
#define FW_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static inline void cleanup_free_fn(void *p) { free(*(void **)p); }
void cleanup_close_fn(int *fd);
#define _cleanup_(fn)   __attribute__((cleanup(fn)))
#define _cleanup_free_  _cleanup_(cleanup_free_fn)
#define _cleanup_close_ _cleanup_(cleanup_close_fn)

/* Hand a resource on: the variable gives it up. */
#define TAKE_PTR(p)                         \
	({                                  \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})
#define TAKE_FD(fd)                \
	({                         \
		int taken_ = (fd); \
		(fd) = -1;         \
		taken_;            \
	})

/* Allocation; out of memory ends the process with a message (nothing is half-applied: apply swaps last). */
void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

/* Room for one more element in v (n used of cap). */
#define GROW(v, n, cap)                                                               \
	do {                                                                          \
		if ((n) == (cap)) {                                                   \
			(cap) = (cap) ? 2 * (cap) : 8;                                \
			(v) = (__typeof__(v))xreallocarray((v), (cap), sizeof(*(v))); \
		}                                                                     \
	} while (0)

#define ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A growing string. Zero-initialise; str is NULL or NUL-terminated and owned by the struct. */
struct strbuf {
	char *str;
	size_t len, cap;
};
void strbuf_add(struct strbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_reserve(struct strbuf *b, size_t more); /* room for `more` bytes and a NUL */
static inline void strbuf_add_bytes(struct strbuf *b, const char *p, size_t n)
{
	if (b->len + n >= b->cap)
		strbuf_reserve(b, n);
	memcpy(b->str + b->len, p, n);
	b->len += n;
	b->str[b->len] = '\0';
}
void strbuf_free(struct strbuf *b);
#define _cleanup_strbuf_ _cleanup_(strbuf_free)

/* The number that the whole of s is, in decimal and at most max. False where it is none. */
bool text_number(const char *s, unsigned long max, unsigned long *out);

/* The parent of a process (/proc/PID/stat); 0 where that cannot be told. */
pid_t process_parent(pid_t pid);

/* Whole content of a file, or of standard input for "-". *out is owned by the caller and NUL-terminated
 * behind *len bytes. At most `max` bytes: -EFBIG beyond. */
int read_file(const char *path, size_t max, char **out, size_t *len);

#endif
