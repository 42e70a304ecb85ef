/* SPDX-License-Identifier: GPL-2.0 */
/* All packets of all captures below a directory. */
#ifndef FW_TESTS_CAPTURES_H
#define FW_TESTS_CAPTURES_H

#include <stdbool.h>
#include "../ctl/linktype.h"

#ifndef PCAPS_DIR
#define PCAPS_DIR "pcaps"
#endif

/* `number` counts from 1; the frame is valid in the call. */
typedef void captures_packet(void *arg, const char *path, unsigned int number, uint64_t time_ns, const struct frame *f);

/* One file. True when it was read to its end. */
bool captures_file(const char *path, captures_packet *packet, void *arg);
/* A tree, its files (named *.pcap*, *.cap*) in order of their names. */
void captures_each(const char *dir, captures_packet *packet, void *arg);
/* The same by its files. */
void captures_files(const char *dir, void (*file)(void *arg, const char *path), void *arg);

#endif
