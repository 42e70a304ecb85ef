/* SPDX-License-Identifier: GPL-2.0 */
/* The capture reader on files put together here: formats, byte orders, what is damaged or cut. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <zlib.h>
#include "capture_help.h"

#define S 1000000000ull
enum { US = 0xa1b2c3d4, NS = 0xa1b23c4d };

/* Opens and reads: what has to come out, as "PACKETS ERROR", or "open ERROR". */
static void expect_reading(const void *p, size_t n, const char *want)
{
	_cleanup_capture_ struct capture *c = NULL;
	_cleanup_free_ char *err = NULL, *got = NULL;
	int rc = open_bytes(p, n, &c, &err);

	if (rc) {
		got = xasprintf("open %s", err);
	} else {
		unsigned int packets = read_all(c, &rc, &err);

		assert_int_equal(!!rc, !!err);
		got = xasprintf("%u %s", packets, err ? err : "");
	}
	assert_string_equal(got, want);
}

static struct capture_packet next_packet(struct capture *c)
{
	_cleanup_free_ char *err = NULL;
	struct capture_packet p = { 0 };

	assert_int_equal(capture_next(c, &p, &err), 1);
	for (uint32_t i = 0; i < p.captured; i++)
		assert_int_equal(p.data[i], i);
	return p;
}

static void assert_packet(struct capture *c, uint32_t captured, uint32_t original, uint64_t ns, int linktype)
{
	struct capture_packet p = next_packet(c);

	assert_int_equal(p.captured, captured);
	assert_int_equal(p.original, original);
	assert_int_equal(p.time_ns, ns);
	assert_int_equal(p.linktype, linktype);
}

static void test_pcap(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		bool nano = i & 1;
		struct bytes o = { .big = i & 2 };
		_cleanup_capture_ struct capture *c = NULL;
		_cleanup_free_ char *err = NULL;
		struct capture_packet p;

		put_pcap_header(&o, nano ? (uint32_t)NS : (uint32_t)US, 4, 0x24000071); /* FCS of 4 bytes */
		put_record(&o, 1700000000, 999999, 60, 1500);
		put_record(&o, 4294967295u, 0, 0, 0);
		put_record(&o, 0, 5, 20, 10); /* original below captured */
		assert_int_equal(open_bytes(o.b, o.n, &c, &err), 0);
		assert_packet(c, 60, 1500, 1700000000 * S + 999999 * (nano ? 1 : 1000), 113);
		assert_packet(c, 0, 0, 4294967295 * S, 113);
		assert_packet(c, 20, 20, nano ? 5 : 5000, 113);
		assert_int_equal(capture_next(c, &p, &err), 0);
		assert_int_equal(capture_next(c, &p, &err), 0);
		assert_null(err);
	}
}

/* Before 2.3 the lengths stood the other way round, 2.3 was written both ways. */
static void test_pcap_old_versions(void **state)
{
	(void)state;
	for (uint16_t minor = 2; minor <= 3; minor++) {
		struct bytes o = { .big = true };
		_cleanup_capture_ struct capture *c = NULL;
		_cleanup_free_ char *err = NULL;

		put_pcap_header(&o, US, minor, 1);
		put_u(&o, 7, 4);
		put_u(&o, 0, 4);
		put_u(&o, 100, 4); /* original */
		put_u(&o, 2, 4);   /* captured */
		put_bytes(&o, "\0\1", 2);
		assert_int_equal(open_bytes(o.b, o.n, &c, &err), 0);
		assert_packet(c, 2, 100, 7 * S, 1);
	}
}

/* A record over the file's snap length is cut to it, as libpcap does. */
static void test_pcap_snap_length(void **state)
{
	struct bytes o = { 0 }, snap = { 0 };
	_cleanup_capture_ struct capture *c = NULL;
	_cleanup_free_ char *err = NULL;

	(void)state;
	put_pcap_header(&o, US, 4, 1);
	put_u(&snap, 31, 4);
	memcpy(o.b + 16, snap.b, 4);
	put_record(&o, 1, 0, 34, 34);
	put_record(&o, 2, 0, 31, 60);
	assert_int_equal(open_bytes(o.b, o.n, &c, &err), 0);
	assert_packet(c, 31, 34, S, 1);
	assert_packet(c, 31, 60, 2 * S, 1);
}

static void test_pcap_refused(void **state)
{
	static const char modified[] = "open modified pcap (magic a1b2cd34) is not read"
				       " (convert it: editcap -F pcap IN OUT)";
	struct bytes o = { 0 }, big = { .big = true };

	(void)state;
	expect_reading("", 0, "open the file is empty");
	expect_reading("abc", 3, "open not a capture file (3 bytes only)");
	expect_reading("abcd", 4, "open not a capture file (it begins with 61 62 63 64; pcap and pcapng are read)");
	put_pcap_header(&o, 0xa1b2cd34, 4, 1);
	expect_reading(o.b, o.n, modified);
	put_pcap_header(&big, 0xa1b2cd34, 4, 1);
	expect_reading(big.b, big.n, modified);
	o.n = 0;
	put_pcap_header(&o, US, 5, 1);
	expect_reading(o.b, o.n, "open pcap version 2.5 is not read (2.4 is)");
	expect_reading("\x28\xb5\x2f\xfd....", 8, "open compressed with zstd (decompress it first; only gzip is read as it is)");
	o.n = 0;
	put_pcap_header(&o, US, 4, 1);
	put_record(&o, 0, 0, 10, 10);
	put_record(&o, 0, 0, CAPTURE_MAX_RECORD + 1, CAPTURE_MAX_RECORD + 1);
	expect_reading(o.b, o.n, "1 packet 2: record of 262145 bytes (damaged file?)");
}

static void test_missing_file(void **state)
{
	_cleanup_free_ char *err = NULL, *err2 = NULL;
	struct capture *c = NULL;

	(void)state;
	assert_int_equal(capture_open("/nonexistent/x.pcap", &c, &err), -ENOENT);
	assert_string_equal(err, "No such file or directory");
	assert_int_equal(capture_open("/", &c, &err2), -EISDIR);
	assert_null(c);
}

/* A file of two packets, cut behind each of its bytes: the packets ahead of the cut, then the right words. */
static void test_pcap_cut_anywhere(void **state)
{
	struct bytes o = { 0 };

	(void)state;
	put_pcap_header(&o, US, 4, 1);
	put_record(&o, 1, 2, 60, 60);
	put_record(&o, 1, 2, 33, 60);
	for (size_t n = 0; n <= o.n; n++) {
		size_t k = n < 24 ? 0 : n < 24 + 76 ? 1 : 2, at = n < 24 ? n : n - (k == 1 ? 24 : 100);
		size_t size = k == 1 ? 60 : 33;
		_cleanup_free_ char *want = NULL;

		if (!n)
			want = xstrdup("open the file is empty");
		else if (n < 4)
			want = xasprintf("open not a capture file (%zu bytes only)", n);
		else if (n < 24)
			want = xasprintf("open the file ends inside the file header: %zu of 24 bytes", n);
		else if (!at || n == o.n)
			want = xasprintf("%zu ", n == o.n ? 2 : k - 1);
		else if (at < 16)
			want = xasprintf("%zu packet %zu: the file ends inside the record header: %zu of 16 bytes", k - 1, k, at);
		else
			want = xasprintf("%zu packet %zu: the file ends inside the record: %zu of %zu bytes", k - 1, k, at - 16,
					 size);
		expect_reading(o.b, n, want);
	}
}

static void test_error_stays(void **state)
{
	struct bytes o = { 0 };
	_cleanup_capture_ struct capture *c = NULL;
	char *err = NULL;
	struct capture_packet p;

	(void)state;
	put_pcap_header(&o, US, 4, 1);
	put_record(&o, 1, 2, 60, 60);
	assert_int_equal(open_bytes(o.b, o.n - 1, &c, &err), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(capture_next(c, &p, &err), -EBADMSG);
		assert_string_equal(err, "packet 1: the file ends inside the record: 59 of 60 bytes");
		free(err);
	}
}

static size_t gzip_bytes(const struct bytes *in, uint8_t *out, size_t max)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)in->b;
	z.avail_in = (uInt)in->n;
	z.next_out = out;
	z.avail_out = (uInt)max;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return max - z.avail_out;
}

static void test_gzip(void **state)
{
	struct bytes o = { 0 }, more = { 0 };
	uint8_t z[4096];
	size_t one, n;

	(void)state;
	put_pcap_header(&o, US, 4, 1);
	put_record(&o, 1, 2, 200, 200);
	one = gzip_bytes(&o, z, sizeof(z));
	expect_reading(z, one, "1 ");
	put_record(&more, 1, 2, 100, 100);
	n = one + gzip_bytes(&more, z + one, sizeof(z) - one);
	expect_reading(z, n, "2 ");
	memset(z + n, 0, 512); /* padding, as of tapes */
	expect_reading(z, n + 512, "2 ");
	expect_reading(z, one - 1, "1 packet 2: the compressed file ends early");
	for (size_t cut = 3; cut < n; cut++) {
		_cleanup_capture_ struct capture *c = NULL;
		_cleanup_free_ char *err = NULL;
		int rc = open_bytes(z, cut, &c, &err);

		if (!rc)
			read_all(c, &rc, &err);
		assert_int_equal(!rc, cut == one || cut == one + 1);
	}
	z[one - 6] ^= 1; /* the check sum */
	expect_reading(z, one, "1 packet 2: the compressed data is damaged (incorrect data check)");
}

/* From a pipe: a packet comes as soon as its bytes are there. */
static void test_pipe(void **state)
{
	_cleanup_close_ int in = -1, out = -1, saved = dup(STDIN_FILENO);
	_cleanup_capture_ struct capture *c = NULL;
	struct bytes o = { 0 };
	int fds[2];
	char *err = NULL;
	struct capture_packet p;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	in = fds[0];
	out = fds[1];
	assert_true(dup2(in, STDIN_FILENO) == STDIN_FILENO);
	put_pcap_header(&o, NS, 4, 101);
	assert_true(write(out, o.b, o.n) == (ssize_t)o.n);
	assert_int_equal(capture_open("-", &c, &err), 0);
	for (uint32_t i = 0; i < 3; i++) {
		o.n = 0;
		put_record(&o, 1, i, 40, 40);
		assert_true(write(out, o.b, o.n) == (ssize_t)o.n);
		assert_packet(c, 40, 40, S + i, 101);
	}
	close(TAKE_FD(out));
	assert_int_equal(capture_next(c, &p, &err), 0);
	assert_true(dup2(saved, STDIN_FILENO) == STDIN_FILENO);
}

/* Mutated small files: whatever comes, no crash and an end. */
static void test_mutations(void **state)
{
	struct bytes seed[3] = { 0 };
	uint64_t x = 88172645463325252ull;

	(void)state;
	put_pcap_header(&seed[0], US, 4, 1);
	put_section(&seed[1], false);
	put_section(&seed[2], true);
	for (int i = 1; i < 3; i++) {
		put_interface(&seed[i], 1, 96, 6, 0);
		put_interface(&seed[i], 101, 0, 0x8a, -5);
	}
	for (uint32_t i = 0; i < 3; i++) {
		put_record(&seed[0], 1, i, 20 + i, 60);
		put_enhanced(&seed[1], i & 1, i * 1000, 20 + i, 60);
		put_enhanced(&seed[2], i & 1, i * 1000, 20 + i, 60);
	}
	for (int round = 0; round < 20000; round++) {
		struct bytes o = seed[round % 3];
		_cleanup_capture_ struct capture *c = NULL;
		_cleanup_free_ char *err = NULL;
		int rc;

		for (int k = round % 5; k >= 0; k--) {
			static const uint8_t odd[] = { 0, 1, 0xff, 0x7f, 0x80, 4, 12, 0x40 };

			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			if (x & 0x700)
				o.b[(x >> 32) % o.n] = x & 0x800 ? odd[x >> 60 & 7] : (uint8_t)x;
			else
				o.n -= (x >> 32) % (o.n / 4);
		}
		rc = open_bytes(o.b, o.n, &c, &err);
		if (!rc)
			assert_in_range(read_all(c, &rc, &err), 0, 300);
		assert_int_equal(!!rc, !!err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pcap),
		cmocka_unit_test(test_pcap_old_versions),
		cmocka_unit_test(test_pcap_snap_length),
		cmocka_unit_test(test_pcap_refused),
		cmocka_unit_test(test_missing_file),
		cmocka_unit_test(test_pcap_cut_anywhere),
		cmocka_unit_test(test_error_stays),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
