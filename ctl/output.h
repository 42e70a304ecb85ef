/* SPDX-License-Identifier: GPL-2.0 */
/* Where bytes go that nobody may have to wait for: a file, a pipe, a terminal, a socket, with O_NONBLOCK or without. */
#ifndef FW_OUTPUT_H
#define FW_OUTPUT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct output {
	int fd;       /* owned by the caller */
	bool regular; /* a file: it takes all there is room for, at once */
	bool socket;
};

/*
 * A descriptor to append to the file at `path`, which is made where there is none, or -1 with errno. A FIFO is open only while somebody reads it:
 * opened for reading too it would take bytes that nobody gets. ENXIO where nobody does (fifo(7)).
 */
int output_open(const char *path);
/*
 * One writer of ours to a file: 0, or -EBUSY where there is another. `old` is the writer's descriptor before this one, or -1: of the same file
 * it has the lock, and gives it up. On filesystems that know no locks there are none.
 */
int output_lock(int fd, int old);

/* Whether who read a pipe, a socket or a terminal is there no longer. */
bool output_reader_gone(const struct output *o);

/*
 * Writes n bytes of lines until then (CLOCK_MONOTONIC, ms; a time that has passed: as much as there is room for). A descriptor of somebody
 * else's may be blocking, and is not ours to change: so nothing is written where there is no room. Returns the bytes that went out; where
 * those are not all, *rc says why: -ETIMEDOUT when nobody made room, or another negative errno. To a pipe lines of up to PIPE_BUF bytes
 * go whole.
 */
size_t output_write(const struct output *o, const char *at, size_t n, __u64 until_ms, int *rc);

/* Lines for the operator. */
struct output_lines {
	struct output out;
	unsigned long dropped; /* since the last one that went out */
};

/* To this descriptor, which stays the caller's. */
struct output_lines output_lines_to(int fd);

/*
 * Writes "fwctl: ", the text and a newline where there is room for them now. A line that finds none is dropped; the next that goes out says
 * how many were.
 */
void output_line(struct output_lines *l, const char *text);

#endif
