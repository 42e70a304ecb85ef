/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The captures of pcaps/: all can be read, have a line a packet in their .status file, and end as they
 * should. Where the environment variable FWCTL_SHARED names a directory with pcaps/INDEX.tsv, the captures
 * there have as many packets and bytes as the index says.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "capture_help.h"
#include "../ctl/linktype.h"
#include "../ctl/timefmt.h"

#ifndef PCAPS_DIR
#define PCAPS_DIR "pcaps"
#endif

static const struct {
	const char *name, *ending;
} broken[] = {
	{ "cut.pcap", "packet 3: the file ends inside the record: 20 of 60 bytes" },
	{ "cut-header.pcap", "packet 3: the file ends inside the record header: 7 of 16 bytes" },
	{ "cut.pcapng", "packet 2: the file ends inside the record: 28 of 60 bytes" },
	{ "cut.pcap.gz", "packet 3: the compressed file ends early" },
	{ "huge-record.pcap", "packet 3: record of 262145 bytes (damaged file?)" },
	{ "bad-length.pcapng", "packet 2: a block of 104 bytes ends with a length of 8 (damaged file?)" },
	{ "modified.pcap", "modified pcap (magic a1b2cd34) is not read (convert it: editcap -F pcap IN OUT)" },
	{ "not-a-capture.pcap", "not a capture file (it begins with 54 68 69 73; pcap and pcapng are read)" },
	{ "empty.pcap", "the file is empty" },
	{ "wlan.pcap", "link type 105 (IEEE 802.11) is not supported; use Ethernet, raw IP, Linux cooked or BSD loopback" },
};

struct totals {
	unsigned int packets;
	uint64_t captured;
	uint64_t last_ns;
};

/* Reads a file as `fwctl test` does. The error, owned by the caller, or NULL. */
static char *read_file_frames(const char *path, struct totals *out)
{
	_cleanup_capture_ struct capture *c = NULL;
	_cleanup_frame_ struct frame f = { .data = NULL };
	struct capture_packet p;
	char *err = NULL;

	*out = (struct totals){ 0 };
	if (capture_open(path, &c, &err))
		return err;
	while (capture_next(c, &p, &err) > 0) {
		if (link_frame(&p, &f))
			return linktype_error(p.linktype);
		assert_true(f.captured <= f.original);
		out->packets++;
		out->captured += p.captured;
		out->last_ns = p.time_ns;
	}
	return err;
}

static const char *expected_ending(const char *name)
{
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		if (!strcmp(broken[i].name, name))
			return broken[i].ending;
	return NULL;
}

/* Lines "N status proto # note", N from 1 on; how many. */
static unsigned int status_lines(const char *capture)
{
	_cleanup_free_ char *path = xasprintf("%s/%.*s.status", PCAPS_DIR, (int)strcspn(capture, "."), capture);
	FILE *f = fopen(path, "re");
	unsigned int lines = 0, n;
	char line[512], status[32], proto[16];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		assert_int_equal(sscanf(line, "%u %31s %15s", &n, status, proto), 3);
		assert_int_equal(n, ++lines);
		assert_int_equal(!strcmp(status, "ok"), strcmp(proto, "-") != 0);
	}
	fclose(f);
	return lines;
}

static void test_pcaps(void **state)
{
	DIR *d = opendir(PCAPS_DIR);
	unsigned int files = 0, endings = 0;
	struct dirent *e;

	(void)state;
	assert_non_null(d);
	while ((e = readdir(d))) {
		_cleanup_free_ char *path = xasprintf("%s/%s", PCAPS_DIR, e->d_name), *err = NULL;
		const char *ending = expected_ending(e->d_name);
		struct totals t;

		if (!strstr(e->d_name, ".pcap"))
			continue;
		err = read_file_frames(path, &t);
		files++;
		if (ending) {
			assert_non_null(err);
			assert_string_equal(err, ending);
			endings++;
		} else {
			if (err)
				fail_msg("%s: %s", path, err);
			assert_int_equal(status_lines(e->d_name), t.packets);
		}
	}
	closedir(d);
	assert_int_equal(endings, sizeof(broken) / sizeof(broken[0]));
	assert_true(files > 30);
}

/* The same conversation in all formats; pcapng's three time scales give the same clock. */
static void test_same_in_all_formats(void **state)
{
	static const char *const names[] = { "tcp4.pcap", "be.pcap", "nsec.pcap", "be-nsec.pcap", "fcs.pcap", "gzip.pcap.gz" };
	struct totals first, t;
	_cleanup_free_ char *none = read_file_frames(PCAPS_DIR "/tcp4.pcap", &first);
	char text[TIME_TEXT_MAX];

	(void)state;
	assert_null(none);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", PCAPS_DIR, names[i]), *err = read_file_frames(path, &t);

		assert_null(err);
		assert_int_equal(t.packets, first.packets);
		assert_int_equal(t.captured, first.captured);
		assert_int_equal(t.last_ns, first.last_ns + (strstr(names[i], "nsec") ? 8 : 0));
	}
	none = read_file_frames(PCAPS_DIR "/ng.pcapng", &t);
	assert_null(none);
	assert_string_equal(time_text(t.last_ns, text), "2026-01-01T00:00:00.999999Z");
}

static void test_pcapng_clock(void **state)
{
	static const uint64_t ms[] = { 250, 250, 500, 750, 750, 750, 999 };
	static const int linktypes[] = { 1, 101, 113, 1, 1, 1, 1 };
	static const char *const names[] = { "ng.pcapng", "ng-be.pcapng", "ng-two.pcapng" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", PCAPS_DIR, names[i]), *err = NULL;
		_cleanup_capture_ struct capture *c = NULL;
		struct capture_packet p;
		unsigned int n = 0;

		assert_int_equal(capture_open(path, &c, &err), 0);
		for (; capture_next(c, &p, &err) > 0; n++) {
			assert_int_equal(p.time_ns / 1000000 % 1000, ms[n % 7]);
			assert_int_equal(p.time_ns / 1000000000, 1767225600);
			assert_int_equal(p.linktype, linktypes[n % 7]);
		}
		assert_int_equal(n, i == 2 ? 14 : 7);
	}
}

static void test_shared_captures(void **state)
{
	const char *shared = getenv("FWCTL_SHARED");
	_cleanup_free_ char *index = NULL;
	char line[4096], name[1024];
	unsigned int files = 0, snap_cut = 0;
	FILE *f;

	(void)state;
	if (!shared)
		skip();
	index = xasprintf("%s/pcaps/INDEX.tsv", shared);
	f = fopen(index, "re");
	if (!f)
		skip();
	while (fgets(line, sizeof(line), f)) {
		_cleanup_free_ char *path = NULL, *err = NULL;
		unsigned int packets, bytes;
		struct totals t;

		if (sscanf(line, "%1023[^\t]\t%*[^\t]\t%*[^\t]\t%u\t%u", name, &packets, &bytes) != 3)
			continue; /* the heading */
		path = xasprintf("%s/pcaps/%s", shared, name);
		err = read_file_frames(path, &t);
		/* The file's bytes are the packets' and their headers', but where the snap length cuts records. */
		snap_cut += 24 + 16 * (uint64_t)packets + t.captured < bytes;
		if (err || t.packets != packets || 24 + 16 * (uint64_t)packets + t.captured > bytes)
			fail_msg("%s: %u packets of %u, %llu bytes captured, file of %u: %s", name, t.packets, packets,
				 (unsigned long long)t.captured, bytes, err ? err : "");
		files++;
	}
	fclose(f);
	assert_true(files > 0);
	assert_true(snap_cut < 1 + files / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pcaps),
		cmocka_unit_test(test_same_in_all_formats),
		cmocka_unit_test(test_pcapng_clock),
		cmocka_unit_test(test_shared_captures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
