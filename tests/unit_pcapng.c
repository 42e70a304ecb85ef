/* SPDX-License-Identifier: GPL-2.0 */
/* The pcapng reader on files put together here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "capture_help.h"

#define S 1000000000ull

static void assert_packet(struct capture *c, uint32_t captured, uint32_t original, uint64_t ns, int linktype)
{
	_cleanup_free_ char *err = NULL;
	struct capture_packet p = { 0 };

	assert_int_equal(capture_next(c, &p, &err), 1);
	for (uint32_t i = 0; i < p.captured; i++)
		assert_int_equal(p.data[i], i);
	assert_int_equal(p.captured, captured);
	assert_int_equal(p.original, original);
	assert_int_equal(p.time_ns, ns);
	assert_int_equal(p.linktype, linktype);
}

/* The error that ends a file that can be opened, "" where it ends well. */
static char *ending(const struct bytes *o, size_t n)
{
	_cleanup_capture_ struct capture *c = NULL;
	char *err = NULL;
	int rc = open_bytes(o->b, n, &c, &err);

	if (!rc)
		read_all(c, &rc, &err);
	return err ? err : xstrdup("");
}

static void assert_ending(const struct bytes *o, const char *want)
{
	_cleanup_free_ char *got = ending(o, o->n);

	assert_string_equal(got, want);
}

static void put_simple(struct bytes *o, uint32_t original, uint32_t captured)
{
	struct bytes body = { .big = o->big };

	put_u(&body, original, 4);
	for (uint32_t i = 0; i < captured; i++)
		put_u(&body, i, 1);
	put_block(o, 3, &body);
}

static void put_old_packet(struct bytes *o, uint16_t interface, uint64_t ticks, uint32_t captured, uint32_t original)
{
	struct bytes body = { .big = o->big };

	put_u(&body, interface, 2);
	put_u(&body, 0xffff, 2);
	put_u(&body, ticks >> 32, 4);
	put_u(&body, ticks & 0xffffffff, 4);
	put_u(&body, captured, 4);
	put_u(&body, original, 4);
	for (uint32_t i = 0; i < captured; i++)
		put_u(&body, i, 1);
	put_block(o, 2, &body);
}

/* Two sections of different byte orders; each with interfaces of its own, and each kind of packet block. */
static void test_sections(void **state)
{
	struct bytes o = { 0 }, junk = { 0 };
	_cleanup_capture_ struct capture *c = NULL;
	_cleanup_free_ char *err = NULL;
	struct capture_packet p;

	(void)state;
	junk.n = 13;
	for (int big = 0; big < 2; big++) {
		put_section(&o, big);
		put_interface(&o, 1, 16, -1, 0);
		put_interface(&o, 101, 0, 9, 100);
		put_block(&o, 0xbad, &junk);
		put_enhanced(&o, 1, 5 * S + 7, 33, 33);
		put_interface(&o, 113, 0, 3, -4);
		put_enhanced(&o, 2, 5123, 0, 1500);
		put_enhanced(&o, 0, 6 * S / 1000 + 1, 41, 1);
		put_old_packet(&o, 0, 7 * S / 1000, 21, 60);
		put_simple(&o, 14, 14);
		put_simple(&o, 100, 16);
	}
	assert_int_equal(open_bytes(o.b, o.n, &c, &err), 0);
	for (int big = 0; big < 2; big++) {
		assert_packet(c, 33, 33, 105 * S + 7, 101);
		assert_packet(c, 0, 1500, S + 123000000, 113);
		assert_packet(c, 41, 41, 6 * S + 1000, 1);
		assert_packet(c, 21, 60, 7 * S, 1);
		assert_packet(c, 14, 14, 7 * S, 1);
		assert_packet(c, 16, 100, 7 * S, 1);
	}
	assert_int_equal(capture_next(c, &p, &err), 0);
}

static void test_resolutions(void **state)
{
	static const struct {
		int tsresol;
		int64_t offset;
		uint64_t ticks, ns;
	} t[] = {
		{ 0, 0, 3, 3 * S },
		{ 6, 0, 1, 1000 },
		{ 9, 0, 1, 1 },
		{ 12, 0, 1999, 1 },
		{ 127, 0, UINT64_MAX, 0 },
		{ 0x80, 0, 3, 3 * S },
		{ 0x80 | 1, 0, 3, S + S / 2 },
		{ 0x80 | 32, 0, 3ull << 31, S + S / 2 },
		{ 0x80 | 63, 0, 1ull << 63, S },
		{ 0xff, 0, UINT64_MAX, 0 },
		{ 0, 0, UINT64_MAX, UINT64_MAX },
		{ 9, -5, 6 * S, S },
		{ 9, -7, 6 * S, 0 },
		{ 9, INT64_MAX, 1, UINT64_MAX },
		{ 9, INT64_MIN, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct bytes o = { 0 };
		_cleanup_capture_ struct capture *c = NULL;
		_cleanup_free_ char *err = NULL;

		put_section(&o, i & 1);
		put_interface(&o, 1, 0, t[i].tsresol, t[i].offset);
		put_enhanced(&o, 0, t[i].ticks, 1, 1);
		assert_int_equal(open_bytes(o.b, o.n, &c, &err), 0);
		assert_packet(c, 1, 1, t[i].ns, 1);
	}
}

/* Changes 4 bytes of a good file, `back` bytes ahead of its end. */
static struct bytes changed(const struct bytes *good, size_t back, uint32_t v)
{
	struct bytes o = *good;

	o.n -= back;
	put_u(&o, v, 4);
	o.n = good->n;
	return o;
}

static void test_damaged(void **state)
{
	struct bytes good = { 0 }, o;

	(void)state;
	put_section(&good, false);
	o = good;
	put_enhanced(&o, 0, 0, 4, 4);
	assert_ending(&o, "packet 1: interface 0 is not described (0 are; damaged file?)");
	put_interface(&good, 1, 0, 6, 0);
	put_enhanced(&good, 0, 0, 4, 4);
	put_enhanced(&good, 0, 0, 4, 4);
	assert_ending(&good, "");
	o = changed(&good, 4, 40);
	assert_ending(&o, "packet 2: a block of 36 bytes ends with a length of 40 (damaged file?)");
	o = changed(&good, 28, 1);
	assert_ending(&o, "packet 2: interface 1 is not described (1 are; damaged file?)");
	o = changed(&good, 16, 5);
	assert_ending(&o, "packet 2: record of 5 bytes in a block with 4 left (damaged file?)");
	o = changed(&good, 16, CAPTURE_MAX_RECORD + 1);
	assert_ending(&o, "packet 2: record of 262145 bytes (damaged file?)");
	o = changed(&good, 32, 37);
	assert_ending(&o, "packet 2: a block of type 6 with a length of 37 bytes (damaged file?)");
	o = changed(&good, 32, 8);
	assert_ending(&o, "packet 2: a block of type 6 with a length of 8 bytes (damaged file?)");
	o = changed(&good, 32, 28);
	assert_ending(&o, "packet 2: a packet block needs 20 bytes, its block has 16 left (damaged file?)");
	o = good;
	o.b[8] = 0;
	assert_ending(&o, "a section header without the byte-order magic (00 3c 2b 1a; not a capture file?)");
	o = good;
	o.b[12] = 2;
	assert_ending(&o, "pcapng version 2.0 is not read (1.0 is)");
	o = good;
	o.b[28 + 18] = 8; /* the comment's length: its end is then read as an option */
	o.b[28 + 28] = 9;
	o.b[28 + 30] = 3;
	assert_ending(&o, "packet 1: interface option 9 of 3 bytes, not 1 (damaged file?)");
	o = good;
	o.b[28 + 18] = 200;
	assert_ending(&o, "packet 1: an interface option needs 8 bytes, its block has 0 left (damaged file?)");
}

/* Cut behind each byte: an error but between blocks, and every packet ahead of the cut. */
static void test_cut_anywhere(void **state)
{
	struct bytes o = { 0 };
	size_t ends[8], nends = 0;

	(void)state;
	for (int big = 0; big < 2; big++) {
		put_section(&o, big);
		ends[nends++] = o.n;
		put_interface(&o, 1, 0, 6, 1);
		ends[nends++] = o.n;
		put_enhanced(&o, 0, 0, 5, 60);
		ends[nends++] = o.n;
		put_simple(&o, 6, 6);
		ends[nends++] = o.n;
	}
	for (size_t n = 0, done = 0; n <= o.n; n++) {
		_cleanup_capture_ struct capture *c = NULL;
		_cleanup_free_ char *err = NULL;
		unsigned int packets = 0, want = 0;
		int rc = open_bytes(o.b, n, &c, &err);
		bool between = done < nends && n == ends[done];

		done += between;
		if (!rc)
			packets = read_all(c, &rc, &err);
		for (size_t i = 0; i < done; i++)
			want += i % 4 >= 2;
		assert_int_equal(!rc, between);
		assert_int_equal(packets, want);
		if (rc && n >= 28)
			assert_non_null(strstr(err, "the file ends inside "));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_resolutions),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
