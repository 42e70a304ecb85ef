/* SPDX-License-Identifier: GPL-2.0 */
/* Errors and warnings about a text, collected while it is read. Data only: who prints is somebody else. */
#ifndef FW_CTL_DIAG_H
#define FW_CTL_DIAG_H

#include "model.h"
#include "util.h"

struct diag_entry {
	char *file;        /* as typed */
	struct srcloc loc; /* in that file; bytes, 1-based */
	struct srcloc at;  /* where the statement stands that led there; equal to loc in the main text */
	char *msg;
};

struct diag_list {
	struct diag_entry *v;
	size_t n, cap;
};

/* Zero-initialise; diag_free releases. */
struct diag {
	struct diag_list errors, warnings;
	int io_error; /* negative errno of the first file that could not be read, or 0 */
};

void diag_error(struct diag *d, const char *file, struct srcloc loc, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void diag_warn(struct diag *d, const char *file, struct srcloc loc, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Entries of `from`, found in another file, join d with the position `at` of the statement that names the file;
 * `from` is left empty. */
void diag_merge(struct diag *d, struct diag *from, struct srcloc at);

/* Bring errors and warnings into order of position; the same entry twice is kept once. */
void diag_sort(struct diag *d);

/* `FILE:LINE:COL: message`, without a newline. */
void diag_render(const struct diag_entry *e, struct strbuf *out);

void diag_free(struct diag *d);

/* True where a stands before b. */
static inline bool srcloc_before(struct srcloc a, struct srcloc b) { return a.line != b.line ? a.line < b.line : a.col < b.col; }

/* A word of n bytes as messages show it: unprintable bytes as \xNN, long words cut. Returns buf. */
enum { SHOWN_MAX = 96 };
const char *shown_word(char buf[SHOWN_MAX], const char *s, size_t n);

#endif
