/* SPDX-License-Identifier: GPL-2.0 */
/* A terminal as a screen: whole frames out, single keys in; as it was before on any exit. Plain ANSI (ECMA-48) sequences. */
#ifndef FW_TERM_H
#define FW_TERM_H

#include <stdbool.h>
#include "util.h"

/*
 * Takes over the terminal of standard input and output: keys come one by one and are not shown, the screen is one of its own. It is
 * given back by term_close(), at exit, by a signal that ends the process, and on Ctrl-Z until the process is let go on. False where these are no terminal: nothing happened.
 */
bool term_open(void);
void term_close(void);

/* Columns and lines of the terminal as they are now; where there is none, what COLUMNS and LINES say, else 80 and 24. */
void term_size(unsigned int *columns, unsigned int *lines);

/* Shows lines of text, each clipped to the screen's width, and nothing else. A frame beyond the last line is cut. */
void term_show(const struct strbuf *frame, unsigned int columns, unsigned int lines);

/*
 * The next key within timeout_ms, or TERM_NONE; TERM_RESIZED when the size has changed; TERM_END when input ends or a signal asks to end. Other keys
 * than characters are TERM_UNKNOWN.
 */
enum { TERM_NONE = -1, TERM_RESIZED = -2, TERM_END = -3, TERM_UNKNOWN = -4 };
int term_key(int timeout_ms);

/* A frame's line that stands out begins so; it is not shown. */
enum { TERM_BOLD = '\x01', TERM_REVERSE = '\x02' };

#endif
