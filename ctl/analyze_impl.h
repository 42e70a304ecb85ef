/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The analysis' own business, shared by analyze*.c only.
 *
 * All packets that rules may see are cut into shapes: family, fragment, which protocols, what such packets have. Within
 * a shape the fields are independent of each other, so a shape is a product of one domain a field, and a rule
 * in it is a product too: each field's values, as ranges, and whether addresses are in dynamic sets. A value that
 * stands for "not there" is in the domain alone. The protocol stands in DIM_KIND.
 */
#ifndef FW_ANALYZE_IMPL_H
#define FW_ANALYZE_IMPL_H

#include "analyze.h"
#include "classify.h"
#include "fields.h"

#define NO_MAC ((u128)1 << 48)
enum { SET_BITS = 64 }; /* references to sets (set and side) in a ruleset */

/* A rule of one family. */
struct form {
	bool there;              /* it can match the family */
	uint32_t given;          /* 1 << DIM_*: fields that it asks for */
	struct ranges *field;    /* one a bit of `given`, in order; normalised */
	uint64_t in, out;        /* bits of set references: the address must be in it, must not */
};

struct shape {
	enum family family;
	enum fragment fragment;
	struct ranges domain[DIM_COUNT];
};

/* Memory for lists that live as long as a step of the search. */
struct chunk { char *p; size_t size; };
struct arena { struct chunk *v; size_t n, cap, current, used; };
struct arena_mark { size_t current, used; };
void *arena_take(struct arena *a, size_t bytes);
static inline struct arena_mark arena_mark(const struct arena *a) { return (struct arena_mark){ a->current, a->used }; }
static inline void arena_release(struct arena *a, struct arena_mark m) { a->current = m.current; a->used = m.used; }
void arena_free(struct arena *a);

/*
 * Rules are named by their position; one behind the last is neighbour discovery, which passes ahead of them (its form is
 * empty where `default nd rules` is said).
 */
struct space {
	const struct ruleset *rs;
	struct form *form[FAMILY_COUNT];
	struct shape *shapes;
	size_t nshapes, cap_shapes;
	struct tables tables;
	char ifaces[IFACE_MAX][IFNAMSIZ];  /* by number, from 1 */
	unsigned int nifaces;
	struct { int set; bool dst; } ref[SET_BITS];
	unsigned int nrefs;
	struct arena arena;
	uint64_t random;
	uint64_t work;           /* comparisons of a region with a rule that are left */
	const struct probe *asked; /* being classified: its sets are those of asked_in */
	uint64_t asked_in;
};
static inline size_t id_nd(const struct space *sp) { return sp->rs->nrules; }
static inline const struct form *form_of(const struct space *sp, size_t id, enum family f) { return &sp->form[f][id]; }
static inline const struct ranges *form_field(const struct form *f, enum dim d)
{
	return &f->field[__builtin_popcount(f->given & ((1u << d) - 1))];
}

int space_init(struct space *sp, const struct ruleset *rs, char **err);
void space_free(struct space *sp);

/* A part of a shape: a product of values. Lists are of the shape, of forms, or of the arena. */
struct region {
	const struct shape *shape;
	struct ranges dim[DIM_COUNT];
	uint64_t in, out;
};
void region_of_shape(const struct shape *s, struct region *out);
/* Cuts it down to what the form matches; false where nothing is left. */
bool region_meet(struct space *sp, struct region *r, const struct form *f);

/* In which fields a region goes beyond a form. */
enum relation { RELATION_DISJOINT, RELATION_WITHIN, RELATION_PARTLY };
struct excess { uint32_t dims; uint64_t in, out; };
enum relation region_relation(const struct region *r, const struct form *f, struct excess *beyond);
static inline unsigned int excess_count(const struct excess *e)
{
	return (unsigned int)(__builtin_popcount(e->dims) + __builtin_popcountll(e->in) + __builtin_popcountll(e->out));
}
/* Takes one field out of *beyond: the part of r that is beyond the form there goes to *out, r keeps the rest. */
void region_split(struct space *sp, struct region *r, const struct form *f, struct excess *beyond, struct region *out);

bool ranges_have(const struct ranges *r, u128 v);
/* What is in a and not in b; of the arena. */
struct ranges ranges_without(struct space *sp, const struct ranges *a, const struct ranges *b);

/* One packet of a shape. */
struct point {
	const struct shape *shape;
	u128 v[DIM_COUNT];
	uint64_t in;
};
/* A point of the region, as common a packet as it has. */
void point_pick(const struct region *r, struct point *out);
void point_probe(const struct space *sp, const struct point *p, enum direction d, struct probe *out);
/* `source in @a, ...` of the sets that rules of the direction ask for; NULL where there are none. Owned by the caller. */
char *point_sets(const struct space *sp, const struct point *p, enum direction d);

#define NO_RULE ((size_t)-1)
/* The first rule at or behind `from` that matches: its id, NO_RULE; with from 0 also id_nd. -EILSEQ: tables at fault. */
int point_first(struct space *sp, const struct point *p, enum direction d, size_t from, size_t *out);

/*
 * Looks for a point of the region that satisfies, by leaving, field by field, what is in its way. obstacle() returns 0 and
 * in *id what the point has to leave (NO_RULE: it satisfies; OBSTACLE_RESTART: no rule to leave). Bounded tries; a way out
 * that does not exist proves that the whole region is within that rule.
 */
#define OBSTACLE_RESTART ((size_t)-2)
enum walk { WALK_FOUND, WALK_WITHIN, WALK_LOST };
typedef int (*obstacle_fn)(struct space *sp, void *arg, const struct point *p, size_t *id);
/* enum walk, *out the point, for WALK_WITHIN a point of the region and *within the rule; or a negative errno. */
int walk_region(struct space *sp, const struct region *r, unsigned int tries, obstacle_fn obstacle, void *arg,
		struct point *out, size_t *within);

/*
 * Is every point of the region matched by one of these rules? used[id] is set for those of a proof. NO: *out is a
 * point that none matches.
 */
enum answer { ANSWER_YES, ANSWER_NO, ANSWER_UNDECIDED };
enum answer region_covered(struct space *sp, const struct region *r, const uint32_t *ids, size_t n, uint8_t *used,
			   struct point *out);

#endif
