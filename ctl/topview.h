/* SPDX-License-Identifier: GPL-2.0 */
/* A sample as a screen for people, and as JSON. */
#ifndef FW_TOPVIEW_H
#define FW_TOPVIEW_H

#include "json.h"
#include "sample.h"

struct top_view {
	unsigned int columns, lines;
	enum top_sort sort;
	bool paused, keys;   /* keys: there is a terminal, whose last line tells them */
	const char *filter;  /* as typed; "" none */
	const char *prompt;  /* what is being typed, in place of the last line; NULL: nothing */
	const char *message; /* an error, in place of the last line; NULL: none */
};

/* A frame for a screen of this size (term.h tells of marks); its head may be wider or longer: term_show() cuts it. */
void top_screen(struct strbuf *out, const struct sampler *p, const struct sample *s, const struct top_view *v);
void top_json(struct json *j, const struct sampler *p, const struct sample *s, enum top_sort sort);

#endif
