/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libFuzzer on the reader of captures: pcap and pcapng, either byte order, gzipped. A packet is within its bounds, an error has
 * words and stays, what link types make of a packet goes through the parser.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../ctl/capture.h"
#include "../ctl/linktype.h"
#include "../ctl/util.h"
#include "build_packet.h"
#include "fuzz.h"
#include "promise.h"

enum { PACKETS_MAX = 2000 }; /* a small gzipped file may hold any number */

static int file = -1;
static char path[64];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	file = memfd_create("capture", MFD_CLOEXEC);
	MUST(file >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return 0;
}

static void check_packet(const struct capture_packet *cp, struct frame *f)
{
	volatile uint8_t last = 0;
	struct packet p;

	MUST(cp->captured <= CAPTURE_MAX_RECORD && cp->captured <= cp->original);
	if (cp->captured)
		last = cp->data[cp->captured - 1];
	(void)last;
	if (link_frame(cp, f)) {
		_cleanup_free_ char *why = linktype_error(cp->linktype);

		MUST(why);
		return;
	}
	MUST(f->captured <= f->original);
	parse_natively(f, 2, &p);
	MUST(!broken_promise(&p, 0));
}

static void read_all(struct capture *c)
{
	_cleanup_frame_ struct frame f = { .data = NULL };
	_cleanup_free_ char *err = NULL, *again = NULL;
	struct capture_packet p;
	unsigned int n = 0;
	int rc;

	while ((rc = capture_next(c, &p, &err)) > 0 && ++n < PACKETS_MAX)
		check_packet(&p, &f);
	MUST((rc < 0) == (err != NULL));
	if (rc < 0)
		MUST(capture_next(c, &p, &again) == rc && !strcmp(err, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_capture_ struct capture *c = NULL;
	_cleanup_free_ char *err = NULL;

	MUST(!ftruncate(file, 0) && pwrite(file, data, size, 0) == (ssize_t)size);
	if (capture_open(path, &c, &err))
		MUST(err && !c);
	else
		read_all(c);
	return 0;
}
