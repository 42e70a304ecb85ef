/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Metrics as text: a writer of families and their samples, in the text format that Prometheus, its node exporter's text file
 * collector and OpenMetrics scrapers read, or in JSON.
 *
 *	metrics_begin(&m, METRICS_TEXT, &buf);
 *	metric_family(&m, "fwctl_x_total", METRIC_COUNTER, "What it counts");
 *	metric_sample(&m, 5, LABELS({ "rule", "1" }, { "label", "ssh" }));
 *	metrics_end(&m);
 */
#ifndef FW_METRICS_H
#define FW_METRICS_H

#include "json.h"
#include "util.h"

/*
 * METRICS_TEXT declares a family by the name of its samples (`# TYPE x_total counter`), as Prometheus' own text format does and
 * `promtool check metrics` demands; Prometheus' OpenMetrics parser takes it too. METRICS_STRICT is by the letter of
 * OpenMetrics 1.0, where a counter's family is named without the `_total`.
 */
enum metrics_form { METRICS_TEXT, METRICS_STRICT, METRICS_JSON };

enum metric_type { METRIC_COUNTER, METRIC_GAUGE };

struct metrics {
	enum metrics_form form;
	struct strbuf *out; /* not owned */
	struct json json;
	const char *name; /* of the family at hand; NULL before the first */
};

/* A label's value may hold any ASCII text. */
struct metric_label {
	const char *name, *value;
};
#define LABELS(...) ((const struct metric_label[]){ __VA_ARGS__, { NULL, NULL } })
#define NO_LABELS   ((const struct metric_label[]){ { NULL, NULL } })

void metrics_begin(struct metrics *m, enum metrics_form form, struct strbuf *out);
/* A counter's name ends in `_total`. `help` is a sentence without its full stop. Both are kept until the next family. */
void metric_family(struct metrics *m, const char *name, enum metric_type type, const char *help);
void metric_sample(struct metrics *m, uint64_t value, const struct metric_label *labels);
/* The end of the text (`# EOF`), or of the JSON document. */
void metrics_end(struct metrics *m);

#endif
