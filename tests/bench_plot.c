/* SPDX-License-Identifier: GPL-2.0 */
#include <math.h>
#include <string.h>
#include "bench_plot.h"
#include "bench_sections.h"

/* Of the picture, in pixels. A line's name stands to the right of its last point. */
enum { WIDTH = 860, PANEL = 330, LEFT = 78, RIGHT = 212, TOP = 44, BOTTOM = 46, LABEL_STEP = 15 };
enum { PLOT_WIDTH = WIDTH - LEFT - RIGHT, PLOT_HEIGHT = PANEL - TOP - BOTTOM, LINES_MAX = 10 };

struct line {
	const char *subject, *name, *color;
	bool dashed, level;
}; /* level: one value, whatever the number of rules */
struct panel {
	enum bench_topic topic;
	const char *title, *unit;
	double x_min, x_max, y_min, y_max; /* powers of ten */
	struct line lines[LINES_MAX];
};

/* Colours that are told apart with any sight (Okabe and Ito); fwctl in blue and green, others in the warm ones. */
#define BLUE  "#0072b2"
#define SKY   "#56b4e9"
#define GREEN "#009e73"
#define RED   "#d55e00"
#define AMBER "#e69f00"
#define PINK  "#cc79a7"
#define GREY  "#666666"
#define BLACK "#000000"

static const struct panel panels[] = {
	{ TOPIC_PACKET,
	  "What a packet costs",
	  "ns, net of an empty program",
	  1,
	  100000,
	  10,
	  10000,
	  { { SUBJECT_KNOWN, "known flow", BLUE, false, false },
	    { "stateless", "stateless, one rule", SKY, false, false },
	    { "new flow", "new flow", GREEN, false, false },
	    { "acl1, " SUBJECT_EACH, "stateless, acl1", PINK, false, false },
	    { "fw1, " SUBJECT_EACH, "stateless, fw1", GREY, false, false },
	    { "ipc1, " SUBJECT_EACH, "stateless, ipc1", BLACK, false, false },
	    { SUBJECT_PEER, "xdp-filter, 1 source", RED, true, true },
	    { SUBJECT_PEER_SMALL, "xdp-filter, IPv4 only", AMBER, true, true } } },
	{ TOPIC_LIVE,
	  "Packets that the last rule drops, on a veth",
	  "packets a second",
	  1,
	  10000,
	  1000,
	  10000000,
	  { { SUBJECT_EMPTY, "empty XDP program", GREY, true, false },
	    { SUBJECT_PEER, "xdp-filter", RED, false, false },
	    { SUBJECT_FWCTL, "fwctl", BLUE, false, false },
	    { SUBJECT_NFT_MAP, "nft, one verdict map", AMBER, false, false },
	    { SUBJECT_NFT_LINEAR, "nft, rules one by one", PINK, false, false } } },
	{ TOPIC_APPLY,
	  "fwctl apply, from start to end",
	  "ms",
	  1000,
	  100000,
	  10,
	  10000,
	  { { "mixed rules, " SUBJECT_APPLY, "mixed rules", BLUE, false, false },
	    { "acl1, " SUBJECT_APPLY, "acl1", PINK, false, false },
	    { "fw1, " SUBJECT_APPLY, "fw1", GREY, false, false },
	    { "ipc1, " SUBJECT_APPLY, "ipc1", BLACK, false, false } } },
};

static double x_of(const struct panel *p, double rules)
{
	return LEFT + PLOT_WIDTH * log10(rules / p->x_min) / log10(p->x_max / p->x_min);
}

static double y_of(const struct panel *p, double v)
{
	double part = log10(v / p->y_min) / log10(p->y_max / p->y_min);

	return TOP + PLOT_HEIGHT * (1 - (part < 0 ? 0 : part > 1 ? 1 : part));
}

/* 1, 10, 100, 1k, ... 10M. */
static void tick_text(double v, char text[16])
{
	if (v >= 1e6)
		snprintf(text, 16, "%.0fM", v / 1e6);
	else if (v >= 1e3)
		snprintf(text, 16, "%.0fk", v / 1e3);
	else
		snprintf(text, 16, "%.0f", v);
}

static void plot_frame(const struct panel *p, FILE *f)
{
	char text[16];

	fprintf(f, "<text x=\"%d\" y=\"22\" class=\"title\">%s</text>\n", LEFT, p->title);
	for (double v = p->y_min; v <= p->y_max * 1.01; v *= 10) {
		double y = y_of(p, v);

		tick_text(v, text);
		fprintf(f, "<path d=\"M%d %.1fH%d\" class=\"grid\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
			LEFT, y, LEFT + PLOT_WIDTH, LEFT - 8, y + 4, text);
	}
	for (double v = p->x_min; v <= p->x_max * 1.01; v *= 10) {
		double x = x_of(p, v);

		tick_text(v, text);
		fprintf(f, "<path d=\"M%.1f %dv%d\" class=\"grid\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
			x, TOP, PLOT_HEIGHT, x, TOP + PLOT_HEIGHT + 17, text);
	}
	fprintf(f, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">rules</text>\n", LEFT + PLOT_WIDTH / 2,
		TOP + PLOT_HEIGHT + 36);
	fprintf(f, "<text transform=\"translate(20 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n", TOP + PLOT_HEIGHT / 2,
		p->unit);
}

/* Draws the line; its last value, or 0 where nothing of it was measured. */
static double plot_line(const struct bench_results *r, const struct panel *p, const struct line *l, FILE *f)
{
	double last = 0;
	size_t n = 0;

	fprintf(f, "<path class=\"line\" stroke=\"%s\"%s d=\"", l->color, l->dashed ? " stroke-dasharray=\"6 4\"" : "");
	for (double rules = p->x_min; rules <= p->x_max * 1.01; rules *= 10) {
		const struct bench_series *s = bench_find(r, p->topic, l->subject, l->level ? 1 : (size_t)(rules + 0.5));

		if (!s)
			continue;
		last = bench_median(s);
		fprintf(f, "%s%.1f %.1f", n++ ? "L" : "M", x_of(p, rules), y_of(p, last));
	}
	fprintf(f, "\"/>\n");
	for (double rules = p->x_min; rules <= p->x_max * 1.01 && !l->level; rules *= 10) {
		const struct bench_series *s = bench_find(r, p->topic, l->subject, (size_t)(rules + 0.5));

		if (s)
			fprintf(f, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\" fill=\"%s\"/>\n", x_of(p, rules),
				y_of(p, bench_median(s)), l->color);
	}
	return last;
}

struct label {
	const struct line *line;
	double y;
};

/* Names in the order of their lines' ends, moved apart as far as they have to be. */
static void plot_labels(struct label *v, size_t n, FILE *f)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k && v[k].y < v[k - 1].y; k--) {
			struct label swap = v[k];

			v[k] = v[k - 1];
			v[k - 1] = swap;
		}
	for (size_t i = 1; i < n; i++)
		if (v[i].y < v[i - 1].y + LABEL_STEP)
			v[i].y = v[i - 1].y + LABEL_STEP;
	for (size_t i = n; i--;) { /* back up where the last ones went below the frame */
		double lowest = i + 1 < n ? v[i + 1].y - LABEL_STEP : TOP + PLOT_HEIGHT;

		v[i].y = v[i].y > lowest ? lowest : v[i].y;
	}
	for (size_t i = 0; i < n; i++)
		fprintf(f, "<text x=\"%d\" y=\"%.1f\" fill=\"%s\">%s</text>\n", LEFT + PLOT_WIDTH + 10, v[i].y + 4,
			v[i].line->color, v[i].line->name);
}

static void plot_panel(const struct bench_results *r, const struct panel *p, FILE *f)
{
	struct label labels[LINES_MAX];
	size_t n = 0;

	plot_frame(p, f);
	for (size_t i = 0; i < LINES_MAX && p->lines[i].subject; i++) {
		double last = plot_line(r, p, &p->lines[i], f);

		if (last > 0)
			labels[n++] = (struct label){ &p->lines[i], y_of(p, last) };
	}
	plot_labels(labels, n, f);
}

static bool is_measured(const struct bench_results *r, enum bench_topic topic)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].topic == topic)
			return true;
	return false;
}

void bench_plot(const struct bench_results *r, FILE *f)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(panels) / sizeof(*panels); i++)
		n += is_measured(r, panels[i].topic);
	fprintf(f,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%zu\" viewBox=\"0 0 %d %zu\" "
		"font-family=\"sans-serif\" "
		"font-size=\"13\">\n"
		"<style>.title{font-size:16px;font-weight:bold}.grid{stroke:#ddd;fill:none}.line{fill:none;stroke-width:2}</"
		"style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		WIDTH, n * PANEL, WIDTH, n * PANEL);
	n = 0;
	for (size_t i = 0; i < sizeof(panels) / sizeof(*panels); i++) {
		if (!is_measured(r, panels[i].topic))
			continue;
		fprintf(f, "<g transform=\"translate(0 %zu)\">\n", n++ * PANEL);
		plot_panel(r, &panels[i], f);
		fprintf(f, "</g>\n");
	}
	fprintf(f, "</svg>\n");
}
