/* SPDX-License-Identifier: GPL-2.0 */
/* Link types: which bytes the parser gets for a captured packet. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/linktype.h"
#include "../ctl/util.h"

/* Bytes in hex, as text. */
static char *hex(const uint8_t *p, size_t n)
{
	struct strbuf b = { 0 };

	strbuf_add_bytes(&b, "", 0);
	for (size_t i = 0; i < n; i++)
		strbuf_add(&b, "%02x", p[i]);
	return b.str;
}

/* `in` is hex; the packet has exactly those bytes, and `more` that were not captured. */
static void check(int linktype, const char *in, uint32_t more, enum link link, const char *out)
{
	_cleanup_frame_ struct frame f = { .data = NULL };
	size_t n = strlen(in) / 2;
	_cleanup_free_ uint8_t *data = (uint8_t *)xmalloc(n); /* exact, for the sanitizers */
	_cleanup_free_ char *got = NULL;
	struct capture_packet p = { .data = data, .captured = (uint32_t)n, .original = (uint32_t)n + more, .linktype = linktype };

	for (size_t i = 0; i < n; i++) {
		const char byte[3] = { in[2 * i], in[2 * i + 1], 0 };

		data[i] = (uint8_t)strtoul(byte, NULL, 16);
	}
	assert_int_equal(link_frame(&p, &f), 0);
	got = hex(f.data, f.captured);
	assert_string_equal(got, out);
	assert_int_equal(f.link, link);
	if (*out)
		assert_int_equal(f.original, f.captured + more);
	else
		assert_true(f.original <= p.original);
}

static void test_as_they_are(void **state)
{
	static const int raw[] = { 12, 14, 101 };

	(void)state;
	check(1, "010203", 0, LINK_ETHER, "010203");
	check(1, "", 60, LINK_ETHER, "");
	for (size_t i = 0; i < 3; i++) {
		check(raw[i], "45aa", 7, LINK_IP, "45aa");
		check(raw[i], "", 0, LINK_IP, "");
	}
	check(228, "45aa", 9, LINK_COOKED, "080045aa");
	check(229, "60aa", 0, LINK_COOKED, "86dd60aa");
	check(228, "", 0, LINK_COOKED, "0800");
}

static void test_loopback(void **state)
{
	static const char *const v6[] = { "18", "1c", "1e", "0a" };

	(void)state;
	check(0, "0200000045", 0, LINK_COOKED, "080045");
	check(0, "0000000245", 3, LINK_COOKED, "080045");
	check(108, "0000000245", 3, LINK_COOKED, "080045");
	check(108, "0200000045", 0, LINK_COOKED, "000045");
	for (size_t i = 0; i < 4; i++) {
		_cleanup_free_ char *little = xasprintf("%s00000060", v6[i]), *big = xasprintf("000000%s60", v6[i]);

		check(0, little, 0, LINK_COOKED, "86dd60");
		check(0, big, 0, LINK_COOKED, "86dd60");
		check(108, big, 0, LINK_COOKED, "86dd60");
	}
	check(0, "0700000045", 0, LINK_COOKED, "000045");
	check(0, "0002000045", 0, LINK_COOKED, "000045");
	check(0, "02000000", 0, LINK_COOKED, "0800");
	check(0, "020000", 100, LINK_COOKED, "");
	check(108, "", 0, LINK_COOKED, "");
}

static void test_cooked(void **state)
{
	(void)state;
	check(113,
	      "00000001000602000000000100000800"
	      "45",
	      2, LINK_COOKED, "080045");
	check(113, "00000001000602000000000100000800", 0, LINK_COOKED, "0800");
	check(113,
	      "00000001000602000000000100008100"
	      "00640800",
	      0, LINK_COOKED, "810000640800");
	check(113,
	      "00000001000602000000000100000004"
	      "42",
	      0, LINK_COOKED, "000442");
	check(113,
	      "00000338000000000000000000000800"
	      "45",
	      0, LINK_COOKED, "000045"); /* netlink */
	check(113,
	      "00000323000000000000000000000800"
	      "45",
	      5, LINK_COOKED, "000045"); /* radiotap */
	check(113, "000000010006020000000001000008", 40, LINK_COOKED, "");
	check(113, "000000010006020000000001000008", 0, LINK_COOKED, "");
	check(113, "", 0, LINK_COOKED, "");
	check(276,
	      "0800000000000002000100060200000000010000"
	      "45",
	      2, LINK_COOKED, "080045");
	check(276, "86dd000000000002000100060200000000010000", 2, LINK_COOKED, "86dd");
	check(276,
	      "0800000000000002033800060200000000010000"
	      "45",
	      2, LINK_COOKED, "000045");
	check(276, "08000000000000020001000602000000000100", 2, LINK_COOKED, "");
}

static void test_unsupported(void **state)
{
	struct capture_packet p = { .linktype = 105 };
	struct frame f = { .data = NULL };
	_cleanup_free_ char *wlan = linktype_error(105), *unknown = linktype_error(65000);
	static const int known[] = { 0, 1, 12, 14, 101, 108, 113, 228, 229, 276 };

	(void)state;
	assert_int_equal(link_frame(&p, &f), -EPROTONOSUPPORT);
	assert_string_equal(wlan, "link type 105 (IEEE 802.11) is not supported; "
				  "use Ethernet, raw IP, Linux cooked or BSD loopback");
	assert_string_equal(unknown, "link type 65000 is not supported; "
				     "use Ethernet, raw IP, Linux cooked or BSD loopback");
	/* Both functions know the same types. */
	for (int i = -1; i < 70000; i++) {
		_cleanup_free_ char *err = linktype_error(i);
		bool found = false;

		p = (struct capture_packet){ .data = (const uint8_t *)"", .linktype = i };
		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			found |= known[k] == i;
		assert_int_equal(!err, found);
		assert_int_equal(link_frame(&p, &f), found ? 0 : -EPROTONOSUPPORT);
	}
	frame_free(&f);
}

/* One frame for packets of growing and shrinking sizes, and lengths at their end. */
static void test_reuse(void **state)
{
	static uint8_t data[70000];
	_cleanup_frame_ struct frame f = { .data = NULL };
	static const uint32_t sizes[] = { 0, 2046, 2047, 65549, 1, 70000, 4 };

	(void)state;
	for (uint32_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct capture_packet p = { .data = data, .captured = sizes[i], .original = UINT32_MAX, .linktype = 229 };

		assert_int_equal(link_frame(&p, &f), 0);
		assert_int_equal(f.captured, sizes[i] + 2);
		assert_true(f.original == UINT32_MAX);
		assert_memory_equal(f.data, "\x86\xdd", 2);
		if (sizes[i])
			assert_memory_equal(f.data + 2, data, sizes[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_they_are), cmocka_unit_test(test_loopback), cmocka_unit_test(test_cooked),
		cmocka_unit_test(test_unsupported), cmocka_unit_test(test_reuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
