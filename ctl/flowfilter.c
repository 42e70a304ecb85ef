/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "flowfilter.h"
#include "flowview.h"
#include "iface.h"
#include "ifaces.h"
#include "linear.h"
#include "parse.h"
#include "sets.h"

/* The flow as a packet from its initiator, for rule matches. */
static void packet_of(const struct flow *f, struct packet *p)
{
	struct flow_ends e;

	flow_ends_of(f, &e);
	flow_made_packet(f, p);
	p->src = e.src;
	p->dst = e.dst;
	p->sport = e.sport;
	p->dport = e.dport;
}

static bool in_set(void *arg, size_t set, enum family family, const addr_t *a)
{
	const struct flow_filter *f = (const struct flow_filter *)arg;

	return set < f->live->info.sets && set_contains(&f->s->maps, f->live->info.set[set], f->rs->sets[set].type, family, a);
}

bool flow_filter_has(const struct flow_filter *f, const struct flow *flow)
{
	const struct linear_sets sets = { in_set, (void *)f };
	const char *iface;
	struct packet p;

	if (!f->given)
		return true;
	if (f->one_way && flow_ruling_of(flow).direction != f->match.direction)
		return false;
	iface = f->s->names[flow->iface[f->match.direction].raw].name;
	packet_of(flow, &p);
	return rule_matches(f->rs, &f->match, &p, f->match.direction, iface, &sets);
}

void flow_filter_clear(struct flow_filter *f)
{
	if (f->given)
		rule_free(&f->match);
	free(f->text);
	f->text = NULL;
	f->given = f->one_way = false;
}

static bool any_on(const struct flow_filter *f, const struct flow_list *flows, const char *name)
{
	for (size_t i = 0; i < flows->n; i++)
		if (!strcmp(iface_name_of(f->s, flows->v[i].iface[f->match.direction]), name))
			return true;
	return false;
}

int flow_filter_ifaces(const struct flow_filter *f, const struct flow_list *flows, char **note, char **err)
{
	for (size_t i = 0; f->given && i < f->match.on.n; i++) {
		const char *name = f->match.on.v[i], *known;
		struct iface_slot slot;
		struct iface ifc;
		int rc;

		if (any_on(f, flows, name))
			continue;
		rc = iface_get(name, 0, &ifc, err);
		if (rc)
			return rc;
		known = iface_known_as(f->s, name);
		if (!*note && !f->match.on.negated && iface_slot_of(f->s, ifc.index, &slot))
			*note = xasprintf("%s: nothing of fwctl is attached, so it has no flows (fwctl attach %s)", name, name);
		else if (!*note && strcmp(known, name))
			*note = xasprintf("%s: its flows are those of %s, as it was called when it was attached or rules were "
					  "applied (fwctl attach %s tells the new name)",
					  name, known, name);
	}
	return 0;
}

static bool begins_with(const char *text, const char *word)
{
	size_t n = strlen(word);

	text += strspn(text, " ");
	return !strncmp(text, word, n) && (!text[n] || text[n] == ' ');
}

int flow_filter_parse(struct flow_filter *f, const char *text, struct diag *d)
{
	bool one_way = begins_with(text, direction_text(DIRECTION_IN)) || begins_with(text, direction_text(DIRECTION_OUT));
	_cleanup_free_ char *copy = xstrdup(text); /* it may be the filter's own */
	struct rule match;
	int rc = one_way ? rulelike_parse("match", text, strlen(text), f->rs, &match, d)
			 : match_parse("match", text, strlen(text), f->rs, &match, d);

	if (rc)
		return rc;
	flow_filter_clear(f);
	f->match = match;
	f->given = true;
	f->one_way = one_way;
	f->text = TAKE_PTR(copy);
	return 0;
}

void flow_filter_renew(struct flow_filter *f)
{
	struct diag d = { .io_error = 0 };

	if (f->given && flow_filter_parse(f, f->text, &d))
		flow_filter_clear(f);
	diag_free(&d);
}
