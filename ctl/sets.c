/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "addr.h"
#include "fail.h"
#include "prefixes.h"
#include "sets.h"

static const struct set_elem ELEM = { 0 };

static int put_net(const struct instance_maps *m, __u16 number, const struct addr_range *r)
{
	struct prefix_list list = { NULL, 0, 0 };
	int rc = 0;

	prefixes_of(r, &list);
	for (size_t i = 0; !rc && i < list.n; i++) {
		struct set_net_key k = {
			.prefixlen = 32u + list.v[i].plen, .set = number, .family = (__u8)r->family, .addr = list.v[i].addr
		};

		rc = fw_set_nets_put(m->fw_set_nets, &k, &ELEM);
	}
	free(list.v);
	return rc;
}

static int put_element(const struct instance_maps *m, __u16 number, enum set_type type, const struct addr_range *r)
{
	struct set_addr_key k = { .set = number, .family = (__u8)r->family, .addr = r->lo };

	return type == SET_NET ? put_net(m, number, r) : fw_set_addrs_put(m->fw_set_addrs, &k, &ELEM);
}

static int put_elements(const struct instance_maps *m, __u16 number, const struct set *s)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < s->n; i++)
		rc = put_element(m, number, s->type, &s->v[i]);
	for (size_t i = 0; !rc && i < s->file_n; i++)
		rc = put_element(m, number, s->type, &s->file_v[i]);
	return rc;
}

static int new_number(const struct instance_maps *m, const char *name, __u16 *out)
{
	for (__u32 i = 1; i < 256; i++) {
		struct set_name entry;
		int rc = fw_set_names_get(m->fw_set_names, (set_id_t){ (__u16)i }, &entry);

		if (rc)
			return rc;
		if (entry.name[0])
			continue;
		memset(&entry, 0, sizeof(entry));
		memcpy(entry.name, name, strnlen(name, sizeof(entry.name) - 1));
		*out = (__u16)i;
		return fw_set_names_put(m->fw_set_names, (set_id_t){ (__u16)i }, &entry);
	}
	return -ENOSPC;
}

/* Walks all keys of a map: `body` is run for each; it may delete the one at hand. */
#define FOR_KEYS(map, handle, key, body)                             \
	do {                                                         \
		__typeof__(key) next_;                               \
		bool more_ = !map##_next(handle, NULL, &next_);      \
		while (more_) {                                      \
			(key) = next_;                               \
			more_ = !map##_next(handle, &(key), &next_); \
			body;                                        \
		}                                                    \
	} while (0)

static bool keeps(const struct set_numbers *keep, __u16 number)
{
	for (size_t i = 0; i < keep->n; i++)
		if (keep->v[i] == number)
			return true;
	return false;
}

int sets_keep_only(const struct instance_maps *m, const struct set_numbers *keep)
{
	bool stale[256] = { false }, any = false;
	struct set_addr_key addr;
	struct set_net_key net;

	for (__u32 i = 1; i < 256; i++) {
		struct set_name entry;
		int rc = fw_set_names_get(m->fw_set_names, (set_id_t){ (__u16)i }, &entry);

		if (rc)
			return rc;
		stale[i] = entry.name[0] && !keeps(keep, (__u16)i);
		any |= stale[i];
	}
	if (!any)
		return 0;
	FOR_KEYS(fw_set_addrs, m->fw_set_addrs, addr,
		 if (addr.set < 256 && stale[addr.set])(void) fw_set_addrs_del(m->fw_set_addrs, &addr));
	FOR_KEYS(fw_set_nets, m->fw_set_nets, net,
		 if (net.set < 256 && stale[net.set])(void) fw_set_nets_del(m->fw_set_nets, &net));
	for (__u32 i = 1; i < 256; i++) {
		const struct set_name none = { "" };
		int rc = stale[i] ? fw_set_names_put(m->fw_set_names, (set_id_t){ (__u16)i }, &none) : 0;

		if (rc)
			return rc;
	}
	return 0;
}

static int number_of_old(const struct set *s, const struct ruleset *old, const struct ruleset_info *info)
{
	for (size_t i = 0; old && info && i < old->nsets && i < info->sets && i < SETS_MAX; i++)
		if (!strcmp(old->sets[i].name, s->name) && old->sets[i].type == s->type)
			return info->set[i];
	return -ENOENT;
}

/* Until a change is done the elements that are `live` are there too. */
static int no_room(const struct instance_maps *m, const struct set *s, bool live, char **err)
{
	bool net = s->type == SET_NET;
	struct bpf_map_info info;
	__u32 len = sizeof(info);

	memset(&info, 0, sizeof(info));
	(void)bpf_obj_get_info_by_fd(net ? m->fw_set_nets.fd : m->fw_set_addrs.fd, &info, &len);
	return FAIL(err, -E2BIG, "set %s: too many elements (all sets of type %s hold %u%s)", s->name, net ? "net" : "addr",
		    info.max_entries,
		    live ? ", and those that are live count until the change is done: apply the rules without this set first"
			 : "");
}

static int prepare_one(const struct instance_maps *m, const struct set *s, const struct ruleset *old,
		       const struct ruleset_info *info, bool keep, __u16 *out, char **err)
{
	int live = number_of_old(s, old, info), rc;

	if (live > 0 && (keep || !set_is_declared_whole(s) || set_holds(m, (__u16)live, s))) {
		*out = (__u16)live;
		return 0;
	}
	rc = new_number(m, s->name, out);
	if (rc)
		return FAIL(err, rc, "set %s: %s", s->name, rc == -ENOSPC ? "too many sets" : strerror(-rc));
	rc = put_elements(m, *out, s);
	if (rc)
		return rc == -E2BIG || rc == -ENOSPC ? no_room(m, s, info && info->sets, err)
						     : FAIL(err, rc, "set %s: %s", s->name, strerror(-rc));
	return 0;
}

int sets_prepare(const struct instance_maps *m, const struct ruleset *rs, const struct ruleset *old,
		 const struct ruleset_info *info, bool keep, struct set_numbers *out, char **err)
{
	struct set_numbers live = { .n = 0 };
	int rc = 0;

	out->n = 0;
	for (size_t i = 0; info && i < info->sets && i < SETS_MAX; i++)
		live.v[live.n++] = info->set[i];
	if (rs->nsets > SETS_MAX) /* the parser says so, of a text */
		return FAIL(err, -E2BIG, "%zu sets: at most %d can be declared", rs->nsets, SETS_MAX);
	rc = sets_keep_only(m, &live); /* what an interrupted apply left */
	if (rc)
		return FAIL(err, rc, "sets: %s", strerror(-rc));
	for (size_t i = 0; !rc && i < rs->nsets; i++) {
		rc = prepare_one(m, &rs->sets[i], old, info, keep, &out->v[i], err);
		out->n = i + 1;
	}
	if (rc)
		(void)sets_keep_only(m, &live);
	return rc;
}

bool set_contains(const struct instance_maps *m, __u16 number, enum set_type type, enum family family, const addr_t *a)
{
	struct set_addr_key addr = { .set = number, .family = (__u8)family, .addr = *a };
	struct set_net_key net = { .prefixlen = 32 + 128, .set = number, .family = (__u8)family, .addr = *a };
	struct set_elem e;

	return type == SET_ADDR ? !fw_set_addrs_get(m->fw_set_addrs, &addr, &e) : !fw_set_nets_get(m->fw_set_nets, &net, &e);
}

size_t set_count(const struct instance_maps *m, __u16 number, enum set_type type)
{
	struct set_addr_key addr;
	struct set_net_key net;
	size_t n = 0;

	if (type == SET_ADDR)
		FOR_KEYS(fw_set_addrs, m->fw_set_addrs, addr, n += addr.set == number);
	else
		FOR_KEYS(fw_set_nets, m->fw_set_nets, net, n += net.set == number);
	return n;
}

bool set_holds(const struct instance_maps *m, __u16 number, const struct set *s)
{
	struct prefix_list want = { NULL, 0, 0 };
	size_t missing = 0;

	for (size_t i = 0; i < s->n; i++)
		prefixes_of(&s->v[i], &want);
	for (size_t i = 0; i < s->file_n; i++)
		prefixes_of(&s->file_v[i], &want);
	prefixes_sort_unique(&want);
	for (size_t i = 0; i < want.n && !missing; i++) {
		const struct prefix *p = &want.v[i];
		struct set_addr_key addr = { .set = number, .family = (__u8)p->family, .addr = p->addr };
		struct set_net_key net = { .prefixlen = 32u + p->plen, .set = number, .family = (__u8)p->family, .addr = p->addr };
		struct set_elem e;

		missing += s->type == SET_ADDR ? fw_set_addrs_get(m->fw_set_addrs, &addr, &e) != 0
					       : fw_set_nets_get(m->fw_set_nets, &net, &e) != 0;
	}
	if (!missing)
		missing = set_count(m, number, s->type) != want.n;
	free(want.v);
	return !missing;
}
