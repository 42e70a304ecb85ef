/* SPDX-License-Identifier: GPL-2.0 */
/* The writer of metrics, in its three forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/metrics.h"

static void write_some(enum metrics_form form, struct strbuf *b)
{
	struct metrics m;

	metrics_begin(&m, form, b);
	metric_family(&m, "x_total", METRIC_COUNTER, "What it counts");
	metric_sample(&m, UINT64_MAX, NO_LABELS);
	metric_sample(&m, 0, LABELS({ "a", "1" }, { "b", "q\"b\\n\nend" }));
	metric_family(&m, "y_bytes", METRIC_GAUGE, "How many");
	metric_family(&m, "z_total", METRIC_GAUGE, "A gauge of a counter's name");
	metric_sample(&m, 7, LABELS({ "empty", "" }));
	metrics_end(&m);
}

static void assert_form(enum metrics_form form, const char *want)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };

	write_some(form, &b);
	assert_string_equal(b.str, want);
}

#define SAMPLES_X "x_total 18446744073709551615\nx_total{a=\"1\",b=\"q\\\"b\\\\n\\nend\"} 0\n"
#define REST                                               \
	"# HELP y_bytes How many.\n# TYPE y_bytes gauge\n" \
	"# HELP z_total A gauge of a counter's name.\n# TYPE z_total gauge\nz_total{empty=\"\"} 7\n# EOF\n"

static void test_text(void **state)
{
	(void)state;
	assert_form(METRICS_TEXT, "# HELP x_total What it counts.\n# TYPE x_total counter\n" SAMPLES_X REST);
}

/* OpenMetrics 1.0, "Counter": the family is named without _total, its samples with it. */
static void test_strict(void **state)
{
	(void)state;
	assert_form(METRICS_STRICT, "# HELP x What it counts.\n# TYPE x counter\n" SAMPLES_X REST);
}

static void test_json(void **state)
{
	(void)state;
	assert_form(METRICS_JSON,
		    "{\"metrics\":[{\"name\":\"x_total\",\"type\":\"counter\",\"help\":\"What it counts\",\"samples\":["
		    "{\"labels\":{},\"value\":18446744073709551615},{\"labels\":{\"a\":\"1\",\"b\":\"q\\\"b\\\\n\\nend\"},"
		    "\"value\":0}]},"
		    "{\"name\":\"y_bytes\",\"type\":\"gauge\",\"help\":\"How many\",\"samples\":[]},"
		    "{\"name\":\"z_total\",\"type\":\"gauge\",\"help\":\"A gauge of a counter's name\",\"samples\":["
		    "{\"labels\":{\"empty\":\"\"},\"value\":7}]}]}\n");
}

/* Labels are UTF-8 without control characters, whatever an interface is called. */
static void test_names_of_bytes(void **state)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	struct metrics m;

	(void)state;
	metrics_begin(&m, METRICS_TEXT, &b);
	metric_family(&m, "x", METRIC_GAUGE, "X");
	metric_sample(&m, 1, LABELS({ "interface", "a\xff\x1b[2J\xe2\x82\xac\xc3" }));
	metrics_end(&m);
	assert_string_equal(b.str, "# HELP x X.\n# TYPE x gauge\n"
				   "x{interface=\"a\xef\xbf\xbd\xef\xbf\xbd[2J\xe2\x82\xac\xef\xbf\xbd\"} 1\n# EOF\n");
}

static void test_nothing(void **state)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 }, json = { NULL, 0, 0 };
	struct metrics m;

	(void)state;
	metrics_begin(&m, METRICS_TEXT, &text);
	metrics_end(&m);
	assert_string_equal(text.str, "# EOF\n");
	metrics_begin(&m, METRICS_JSON, &json);
	metrics_end(&m);
	assert_string_equal(json.str, "{\"metrics\":[]}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),           cmocka_unit_test(test_strict),  cmocka_unit_test(test_json),
		cmocka_unit_test(test_names_of_bytes), cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
