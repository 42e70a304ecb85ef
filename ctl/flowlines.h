/* SPDX-License-Identifier: GPL-2.0 */
/* Flows as a table for people, as wide as it needs to be, or as a terminal is. */
#ifndef FW_FLOWLINES_H
#define FW_FLOWLINES_H

#include "flowview.h"

/* Widths of columns; numbers may be wider, and so may the rest where `line` is 0. */
struct flow_columns {
	unsigned int state, end;     /* of the state, of an endpoint */
	unsigned int packets, bytes; /* 0: not shown */
	unsigned int line;           /* of all; what is longer is cut. 0: no bound */
	bool round;                  /* numbers as 12.3k or 4.56M */
	bool sum;                    /* of both directions together */
};
struct flow_columns flow_columns_wide(void);
/* For a terminal of this width; there is no table in less than 60. */
struct flow_columns flow_columns_fit(unsigned int width);

struct flow_row {
	const struct flow *flow;
	const char *state; /* what stands in that column; NULL: the flow's state */
	const char *note;  /* behind the rule; may be NULL */
};

/*
 * An endpoint: 192.0.2.1:80, [2001:db8::1]:80, or without ports the address. Of ICMP the source has the identifier (192.0.2.1 id 77), and the
 * destination what is asked of it (192.0.2.2 echo-request). Each writes to buf and returns it.
 */
enum { ENDPOINT_TEXT_MAX = 128 };
char *flow_source_text(const struct flow *f, char buf[ENDPOINT_TEXT_MAX]);
char *flow_destination_text(const struct flow *f, char buf[ENDPOINT_TEXT_MAX]);

/* The heading; `state` is that column's. */
void flow_heading(struct strbuf *out, const struct flow_columns *c, const char *state);
void flow_line(struct strbuf *out, const struct flow_context *x, const struct flow_columns *c, const struct flow_row *row);

#endif
