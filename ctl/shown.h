/* SPDX-License-Identifier: GPL-2.0 */
/* Text that others chose (names of interfaces, labels, matches) for a terminal, which is to show it and do nothing else. */
#ifndef FW_SHOWN_H
#define FW_SHOWN_H

#include "util.h"

/* Appends it; what is not printable ASCII as \xNN, and a backslash as \\. */
void shown_add(struct strbuf *out, const char *s);

/* Appends it in double quotes as rules write a label: \" and \\, the rest as above. */
void shown_add_quoted(struct strbuf *out, const char *s);

/* What is there already, from byte `from` on, which may hold quotes and backslashes of its own: only unprintable bytes become \xNN. */
void shown_fix(struct strbuf *out, size_t from);

#endif
