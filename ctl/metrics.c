/* SPDX-License-Identifier: GPL-2.0 */
#include <inttypes.h>
#include <string.h>
#include "metrics.h"

static const char *type_text(enum metric_type t)
{
	switch (t) {
	case METRIC_COUNTER:
		return "counter";
	case METRIC_GAUGE:
		break;
	}
	return "gauge";
}

void metrics_begin(struct metrics *m, enum metrics_form form, struct strbuf *out)
{
	*m = (struct metrics){ .form = form, .out = out };
	if (form != METRICS_JSON)
		return;
	json_init(&m->json, out);
	json_object(&m->json);
	json_key(&m->json, "metrics");
	json_array(&m->json);
}

static void end_family(struct metrics *m)
{
	if (m->form != METRICS_JSON || !m->name)
		return;
	json_end_array(&m->json);
	json_end_object(&m->json);
}

/* Length of the family's name where a family is declared. */
static int declared_length(const struct metrics *m, const char *name, enum metric_type type)
{
	static const char suffix[] = "_total";
	size_t n = strlen(name), cut = sizeof(suffix) - 1;

	if (m->form == METRICS_STRICT && type == METRIC_COUNTER && n > cut && !strcmp(name + n - cut, suffix))
		n -= cut;
	return (int)n;
}

void metric_family(struct metrics *m, const char *name, enum metric_type type, const char *help)
{
	int n = declared_length(m, name, type);

	end_family(m);
	m->name = name;
	if (m->form != METRICS_JSON) {
		strbuf_add(m->out, "# HELP %.*s %s.\n# TYPE %.*s %s\n", n, name, help, n, name, type_text(type));
		return;
	}
	json_object(&m->json);
	json_key_string(&m->json, "name", name);
	json_key_string(&m->json, "type", type_text(type));
	json_key_string(&m->json, "help", help);
	json_key(&m->json, "samples");
	json_array(&m->json);
}

/*
 * The text formats escape three characters in a label's value, and are UTF-8. The kernel takes nearly any bytes for the name of an interface: for
 * what is no UTF-8 and for other control characters, which a terminal would obey, U+FFFD stands.
 */
static void add_escaped(struct strbuf *out, const char *s)
{
	for (size_t n = strlen(s); n;) {
		int len = utf8_length((const unsigned char *)s, n);
		size_t used = (size_t)(len < 0 ? -len : len);

		if (*s == '\n')
			strbuf_add_bytes(out, "\\n", 2);
		else if (*s == '\\' || *s == '"')
			strbuf_add(out, "\\%c", *s);
		else if (len < 0 || (unsigned char)*s < 0x20 || *s == 0x7f)
			strbuf_add(out, UTF8_REPLACEMENT);
		else
			strbuf_add_bytes(out, s, used);
		s += used;
		n -= used;
	}
}

static void sample_json(struct json *j, uint64_t value, const struct metric_label *labels)
{
	json_object(j);
	json_key(j, "labels");
	json_object(j);
	for (; labels->name; labels++)
		json_key_string(j, labels->name, labels->value);
	json_end_object(j);
	json_key_uint(j, "value", value);
	json_end_object(j);
}

void metric_sample(struct metrics *m, uint64_t value, const struct metric_label *labels)
{
	const char *before = "{";

	if (m->form == METRICS_JSON) {
		sample_json(&m->json, value, labels);
		return;
	}
	strbuf_add(m->out, "%s", m->name);
	for (; labels->name; labels++) {
		strbuf_add(m->out, "%s%s=\"", before, labels->name);
		add_escaped(m->out, labels->value);
		strbuf_add(m->out, "\"");
		before = ",";
	}
	strbuf_add(m->out, "%s %" PRIu64 "\n", *before == ',' ? "}" : "", value);
}

void metrics_end(struct metrics *m)
{
	end_family(m);
	if (m->form != METRICS_JSON) {
		strbuf_add(m->out, "# EOF\n");
		return;
	}
	json_end_array(&m->json);
	json_end_object(&m->json);
	json_done(&m->json);
	strbuf_add(m->out, "\n");
}
