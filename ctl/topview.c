/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "addr.h"
#include "flowlines.h"
#include "names.h"
#include "print.h"
#include "shortnum.h"
#include "shown.h"
#include "term.h"
#include "topview.h"

/* Two columns of hosts and rules from this width on; then flows show their state and all that they had, too. */
enum { WIDE = 120, HEAD_LINES = 5, BAR = 20, ENDPOINT_MIN = 21, ENDPOINT_MAX = 47, ADDRESS_MAX = 39 };

struct page {
	struct strbuf *out;
	const struct sampler *p;
	const struct sample *s;
	const struct top_view *v;
};

/* --- text in columns ------------------------------------------------------------------------------ */

/* Text of at most `width` characters: what is too long loses some from within. */
static const char *fit(const char *text, unsigned int width, char *buf, size_t size)
{
	size_t n = strlen(text), tail = width / 3;

	if (width >= size)
		width = (unsigned int)size - 1;
	if (n <= width)
		return text;
	snprintf(buf, size, "%.*s~%s", (int)(width - tail - 1), text, text + n - tail);
	return buf;
}

static void rate_columns(struct strbuf *out, struct rate r)
{
	char packets[SHORT_TEXT_MAX], bits[SHORT_TEXT_MAX];

	strbuf_add(out, " %5s %5s", short_text(r.packets, packets), short_text(r.bits, bits));
}

/* Cuts the line that began at `from` to the width, or fills it up to there. */
static void end_column(struct strbuf *out, size_t from, unsigned int width, bool fill)
{
	size_t n = out->len - from;

	if (n > width)
		out->str[out->len = from + width] = '\0';
	else if (fill)
		strbuf_add(out, "%*s", (int)(width - n), "");
}

/* --- head ----------------------------------------------------------------------------------------- */

static void total_line(const struct page *g, enum direction d)
{
	char a[SHORT_TEXT_MAX], b[SHORT_TEXT_MAX], c[SHORT_TEXT_MAX], e[SHORT_TEXT_MAX];
	const struct rate *pass = &g->s->passed[d], *drop = &g->s->dropped[d];

	strbuf_add(g->out, "%-5s passed %5s packets/s %5s bit/s   dropped %5s packets/s %5s bit/s\n", direction_text(d),
		   short_text(pass->packets, a), short_text(pass->bits, b), short_text(drop->packets, c),
		   short_text(drop->bits, e));
}

static void fill_line(const struct page *g)
{
	const struct sample *s = g->s;
	unsigned int used = 0;
	double part = s->capacity ? (double)(s->fill.confirmed + s->fill.unconfirmed) / (double)s->capacity : 0;
	char bar[BAR + 1];

	for (; used < BAR && (double)used < part * (double)BAR; used++)
		bar[used] = '#';
	memset(bar + used, '.', BAR - used);
	bar[BAR] = '\0';
	strbuf_add(g->out, "flows %llu confirmed, %llu unconfirmed [%s] %.1f%% of %llu\n", s->fill.confirmed, s->fill.unconfirmed,
		   bar, part * 100, s->capacity);
}

static void drops_line(const struct page *g)
{
	char text[SHORT_TEXT_MAX];
	bool any = false;

	strbuf_add(g->out, "drops");
	for (int r = 0; r < REASON_COUNT; r++)
		if (g->s->drops[r].packets > 0) {
			strbuf_add(g->out, "%s %s %s/s", any ? "," : "", reason_text((enum reason)r),
				   short_text(g->s->drops[r].packets, text));
			any = true;
		}
	if (!any)
		strbuf_add(g->out, " none");
	any = false;
	for (int l = 0; l < LOSS_COUNT; l++)
		if (g->s->lost[l] > 0) {
			strbuf_add(g->out, "%s %s %s/s", any ? "," : "; losses", loss_text((enum loss)l),
				   short_text(g->s->lost[l], text));
			any = true;
		}
	strbuf_add(g->out, "\n");
}

static void head(const struct page *g)
{
	const struct ruleset_info *info = sampler_ruleset(g->p);
	char clock[16];
	time_t now = time(NULL);
	struct tm tm;

	if (!localtime_r(&now, &tm) || !strftime(clock, sizeof(clock), "%H:%M:%S", &tm))
		clock[0] = '\0';
	if (g->v->keys)
		strbuf_add(g->out, "%c", TERM_REVERSE);
	strbuf_add(g->out, "fwctl top %s   ruleset %u, %u rule%s   by %s%s%s", clock, info->id, info->rules,
		   info->rules == 1 ? "" : "s", top_sort_text(g->v->sort), g->v->paused ? "   PAUSED" : "",
		   g->v->filter[0] ? "   " : "");
	shown_add(g->out, g->v->filter);
	strbuf_add(g->out, "\n");
	total_line(g, DIRECTION_IN);
	total_line(g, DIRECTION_OUT);
	fill_line(g);
	drops_line(g);
}

/* --- sections ------------------------------------------------------------------------------------- */

static void bold(const struct page *g)
{
	if (g->v->keys)
		strbuf_add(g->out, "%c", TERM_BOLD);
}

static unsigned int endpoint_width(const struct page *g)
{
	unsigned int other = g->v->columns >= WIDE ? 58 : 37, w = g->v->columns > other ? (g->v->columns - other) / 2 : 0;

	return w < ENDPOINT_MIN ? ENDPOINT_MIN : w > ENDPOINT_MAX ? ENDPOINT_MAX : w;
}

static void rule_name(const struct page *g, __u32 rule)
{
	const struct ruleset *rs = sampler_rules(g->p);

	if (!rule) {
		strbuf_add(g->out, " default");
		return;
	}
	strbuf_add(g->out, " %u", rule);
	if (rule <= rs->nrules && rs->rules[rule - 1].label[0]) {
		strbuf_add(g->out, " ");
		shown_add(g->out, rs->rules[rule - 1].label);
	}
}

static void flow_row(const struct page *g, const struct top_flow *t)
{
	const struct flow *f = &t->flow;
	bool wide = g->v->columns >= WIDE;
	unsigned int w = endpoint_width(g);
	struct flow_ruling ruling = flow_ruling_of(f);
	char src[ENDPOINT_TEXT_MAX], dst[ENDPOINT_TEXT_MAX], cut[2][ENDPOINT_MAX + 2], total[SHORT_TEXT_MAX], number[4];
	size_t from = g->out->len;

	(void)flow_source_text(f, src);
	(void)flow_destination_text(f, dst);
	strbuf_add(g->out, "%-7s %-3s", proto_text(f->key.proto, number), direction_text(ruling.direction));
	if (wide)
		strbuf_add(g->out, " %-12s", flow_state_text((enum flow_state)f->state));
	strbuf_add(g->out, " %-*s %-*s", (int)w, fit(src, w, cut[0], sizeof(cut[0])), (int)w,
		   fit(dst, w, cut[1], sizeof(cut[1])));
	rate_columns(g->out, t->rate);
	if (wide)
		strbuf_add(g->out, " %7s", short_text((double)(f->bytes[0] + f->bytes[1]), total));
	rule_name(g, ruling.rule);
	end_column(g->out, from, g->v->columns, false);
	strbuf_add(g->out, "\n");
}

/* Rows of a section in this many lines: a screen is filled up, where there is none no empty lines are printed. */
static long rows(const struct page *g, unsigned int lines, size_t there)
{
	long room = (long)lines - 1; /* below the heading */

	return g->v->keys || (long)there > room ? room : (long)there;
}

static void flows(const struct page *g, unsigned int lines)
{
	bool wide = g->v->columns >= WIDE;
	int w = (int)endpoint_width(g);

	bold(g);
	strbuf_add(g->out, "%-7s %-3s%s %-*s %-*s %5s %5s%s %s\n", "PROTO", "DIR", wide ? " STATE       " : "", w, "FROM", w,
		   "TO", "PKT/S", "BIT/S", wide ? "   BYTES" : "", "RULE");
	for (long i = 0; i < rows(g, lines, g->s->nflows); i++)
		if ((size_t)i < g->s->nflows)
			flow_row(g, &g->s->flows[i]);
		else
			strbuf_add(g->out, "\n");
}

/* Row `i` of hosts, or with -1 the heading, in `width` characters. */
static void host_row(const struct page *g, long i, unsigned int width, bool fill)
{
	unsigned int w = width > 25 ? width - 25 : 1;
	size_t from = g->out->len;
	char text[ADDR_TEXT_MAX], cut[ADDRESS_MAX + 1];

	w = w > ADDRESS_MAX ? ADDRESS_MAX : w;
	if (i < 0) {
		strbuf_add(g->out, "%-*s %5s %5s %5s %5s", (int)w, "HOST", "SENT", "BIT/S", "RECV", "BIT/S");
	} else if ((size_t)i < g->s->nhosts) {
		const struct top_host *h = &g->s->hosts[i];

		addr_print(h->family, &h->addr, text);
		strbuf_add(g->out, "%-*s", (int)w, fit(text, w, cut, sizeof(cut)));
		rate_columns(g->out, h->sent);
		rate_columns(g->out, h->received);
	}
	end_column(g->out, from, width, fill);
}

static void rule_row(const struct page *g, long i, unsigned int width)
{
	const struct ruleset *rs = sampler_rules(g->p);
	size_t from = g->out->len;

	if (i < 0) {
		strbuf_add(g->out, "%6s %5s %5s %s", "RULE", "PKT/S", "BIT/S", "TEXT");
	} else if ((size_t)i < g->s->nrules) {
		const struct top_rule *r = &g->s->rules[i];

		strbuf_add(g->out, "%6u", r->number);
		rate_columns(g->out, r->rate);
		strbuf_add(g->out, " ");
		if (r->number && r->number <= rs->nrules)
			rule_print(rs, &rs->rules[r->number - 1], g->out);
		else
			strbuf_add(g->out, "the defaults");
		shown_fix(g->out, from); /* interfaces may have any name */
	}
	end_column(g->out, from, width, false);
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

/* Lines for flows: half of them, and what hosts and rules side by side leave of the other half. */
static unsigned int flow_lines(const struct page *g, unsigned int lines)
{
	size_t below = 1 + larger(g->s->nhosts, g->s->nrules), half = lines / 2;

	return lines - (unsigned int)(g->v->columns >= WIDE && below < half ? below : half);
}

static void sections(const struct page *g, unsigned int lines)
{
	unsigned int half = g->v->columns / 2, top = flow_lines(g, lines), hosts = (lines - top) / 2, rules = lines - top - hosts;

	flows(g, top);
	if (g->v->columns < WIDE) {
		for (long i = -1; i < rows(g, hosts, g->s->nhosts); i++) {
			if (i < 0)
				bold(g);
			host_row(g, i, g->v->columns, false);
			strbuf_add(g->out, "\n");
		}
		for (long i = -1; i < rows(g, rules, g->s->nrules); i++) {
			if (i < 0)
				bold(g);
			rule_row(g, i, g->v->columns);
			strbuf_add(g->out, "\n");
		}
		return;
	}
	for (long i = -1; i < rows(g, lines - top, larger(g->s->nhosts, g->s->nrules)); i++) {
		if (i < 0)
			bold(g);
		host_row(g, i, half - 1, true);
		strbuf_add(g->out, " ");
		rule_row(g, i, g->v->columns - half);
		strbuf_add(g->out, "\n");
	}
}

void top_screen(struct strbuf *out, const struct sampler *p, const struct sample *s, const struct top_view *v)
{
	const struct page g = { out, p, s, v };
	unsigned int last = v->keys ? 1 : 0;

	head(&g);
	if (v->lines > HEAD_LINES + last)
		sections(&g, v->lines - HEAD_LINES - last);
	if (!v->keys)
		return;
	if (v->prompt)
		strbuf_add(out, "filter: %s_", v->prompt);
	else if (v->message)
		strbuf_add(out, "%c%s", TERM_BOLD, v->message);
	else
		strbuf_add(out, "q quit   s sort: bits, packets, total, age   f filter   p %s", v->paused ? "go on" : "pause");
}

/* --- JSON ----------------------------------------------------------------------------------------- */

static void json_rate(struct json *j, const char *key, struct rate r)
{
	json_key(j, key);
	json_object(j);
	json_key_uint(j, "packets", (__u64)(r.packets + 0.5));
	json_key_uint(j, "bits", (__u64)(r.bits + 0.5));
	json_end_object(j);
}

static void json_totals(struct json *j, const struct sample *s)
{
	for (int d = 0; d < DIRECTION_COUNT; d++) {
		json_key(j, direction_text((enum direction)d));
		json_object(j);
		json_rate(j, "passed", s->passed[d]);
		json_rate(j, "dropped", s->dropped[d]);
		json_end_object(j);
	}
	json_key(j, "drops");
	json_object(j);
	for (int r = 0; r < REASON_COUNT; r++)
		json_rate(j, reason_text((enum reason)r), s->drops[r]);
	json_end_object(j);
	json_key(j, "table");
	json_object(j);
	json_key_uint(j, "confirmed", s->fill.confirmed);
	json_key_uint(j, "unconfirmed", s->fill.unconfirmed);
	json_key_uint(j, "capacity", s->capacity);
	json_key_uint(j, "active", s->active);
	for (int l = 0; l < LOSS_COUNT; l++)
		json_key_uint(j, loss_text((enum loss)l), (__u64)(s->lost[l] + 0.5));
	json_end_object(j);
}

static void json_rules(struct json *j, const struct sampler *p, const struct sample *s)
{
	const struct ruleset *rs = sampler_rules(p);

	json_key(j, "rules");
	json_array(j);
	for (size_t i = 0; i < s->nrules; i++) {
		_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
		__u32 n = s->rules[i].number;

		strbuf_add(&text, "%s", "");
		if (n && n <= rs->nrules)
			rule_print(rs, &rs->rules[n - 1], &text);
		json_object(j);
		json_key_uint(j, "number", n);
		json_key_string(j, "text", text.str);
		json_key_string(j, "label", n && n <= rs->nrules ? rs->rules[n - 1].label : "");
		json_rate(j, "rate", s->rules[i].rate);
		json_end_object(j);
	}
	json_end_array(j);
}

void top_json(struct json *j, const struct sampler *p, const struct sample *s, enum top_sort sort)
{
	char text[ADDR_TEXT_MAX];

	json_object(j);
	json_key_uint(j, "interval_ms", (__u64)(s->seconds * 1000 + 0.5));
	json_key_string(j, "sort", top_sort_text(sort));
	json_totals(j, s);
	json_key(j, "flows");
	json_array(j);
	for (size_t i = 0; i < s->nflows; i++) {
		json_object(j);
		flow_json_members(j, sampler_context(p), &s->flows[i].flow);
		json_rate(j, "rate", s->flows[i].rate);
		json_end_object(j);
	}
	json_end_array(j);
	json_key(j, "hosts");
	json_array(j);
	for (size_t i = 0; i < s->nhosts; i++) {
		addr_print(s->hosts[i].family, &s->hosts[i].addr, text);
		json_object(j);
		json_key_string(j, "address", text);
		json_rate(j, "sent", s->hosts[i].sent);
		json_rate(j, "received", s->hosts[i].received);
		json_end_object(j);
	}
	json_end_array(j);
	json_rules(j, p, s);
	json_end_object(j);
}
