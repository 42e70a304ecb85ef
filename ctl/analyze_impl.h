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
	bool there;           /* it can match the family */
	uint32_t given;       /* 1 << DIM_*: fields that it asks for */
	struct ranges *field; /* one a bit of `given`, in order; normalised */
	uint64_t in, out;     /* bits of set references: the address must be in it, must not */
};

struct shape {
	enum family family;
	enum fragment fragment;
	struct ranges domain[DIM_COUNT];
};

/* Memory for lists that live as long as a step of the search. */
struct chunk {
	char *p;
	size_t size;
};
struct arena {
	struct chunk *v;
	size_t n, cap, current, used;
};
struct arena_mark {
	size_t current, used;
};
void *arena_take(struct arena *a, size_t bytes) __attribute__((returns_nonnull));
static inline struct arena_mark arena_mark(const struct arena *a) { return (struct arena_mark){ a->current, a->used }; }
static inline void arena_release(struct arena *a, struct arena_mark m)
{
	a->current = m.current;
	a->used = m.used;
}
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
	char ifaces[IFACE_MAX][IFNAMSIZ]; /* by number, from 1 */
	unsigned int nifaces;
	struct {
		int set;
		bool dst;
	} ref[SET_BITS];
	unsigned int nrefs;
	struct arena arena;
	uint64_t random;
	uint64_t work;             /* comparisons of a region with a rule that are left */
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
struct excess {
	uint32_t dims;
	uint64_t in, out;
};
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
int walk_region(struct space *sp, const struct region *r, unsigned int tries, obstacle_fn obstacle, void *arg, struct point *out,
		size_t *within);

/*
 * Is every point of the region matched by one of these rules? used[id] is set for those of a proof. NO: *out is a
 * point that none matches.
 */
enum answer { ANSWER_YES, ANSWER_NO, ANSWER_UNDECIDED };
enum answer region_covered(struct space *sp, const struct region *r, const uint32_t *ids, size_t n, uint8_t *used,
			   struct point *out);

/* Do two lists have a value in common? */
bool ranges_meet(const struct ranges *a, const struct ranges *b);

/* --- the course of the analysis ------------------------------------------------------------------- */

/* First and last value of the fields that tell most rules apart. */
enum { HULL_DIMS = 4, WALK_TRIES = 48 };
struct hull {
	uint64_t lo[HULL_DIMS], hi[HULL_DIMS];
	bool there;
	uint8_t direction;
};

struct analysis {
	struct space sp;
	const struct analyze_options *options;
	struct findings *out;
	uint64_t pool;          /* work that all rules together may still cost */
	uint64_t effort;        /* that the rule at hand was given */
	uint8_t *used, *marked; /* by rule: in a proof; being tried for a smaller one */
	bool dirty;             /* `used` is not all zeros */
	uint32_t *earlier;      /* rules that meet a region */
	size_t nearlier;
	struct hull *hull[FAMILY_COUNT];
	/* The rule at hand. */
	size_t n;
	enum direction direction;
	struct region *region; /* by shape: what it matches; .shape is NULL where it matches nothing */
	bool *covered;         /* by shape: it matches nothing, or earlier rules take all */
	struct point decided;  /* a packet that it decides */
	bool near_known;
	uint32_t *near[FAMILY_COUNT]; /* other rules of its direction that meet it in the family, ascending */
	size_t nnear[FAMILY_COUNT];
};

/* ids[later] is the first behind the rule at hand. */
struct near {
	const uint32_t *ids;
	size_t n, later;
};
struct near near_rules(struct analysis *a, enum family family);

struct finding *finding_add(struct analysis *a, enum finding_kind kind);
void finding_undecided(struct analysis *a, enum finding_kind question);
void finding_example(struct analysis *a, struct finding *f, const struct point *p, size_t taker);
/* Appends the numbers of the marked rules in first..end. */
void finding_by(struct finding *f, const uint8_t *marked, size_t first, size_t end);

/* A rule's packets of a shape; where it has none, false, and the region has no shape. */
bool region_of(struct analysis *a, size_t rule, size_t shape, struct region *out);
/* A look at a rule that does not meet the region is cheap. */
void spend(struct analysis *a, uint64_t work);
/* To a->earlier the rules before `end` that meet the region, a part of the rule at hand's; neighbour discovery first. */
void find_earlier(struct analysis *a, const struct region *r, size_t end);
/* region_covered, with a->used. */
enum answer covered_by(struct analysis *a, const struct region *r, const uint32_t *ids, size_t n, struct point *out);

/* A packet of the region, which is of the rule, that the rule decides: a short walk (as walk_region), and exactly: ANSWER_NO
 * with *out, YES where earlier rules take all; or a negative errno. */
int walk_to_first(struct analysis *a, const struct region *r, size_t rule, struct point *out, size_t *within);
int exact_first(struct analysis *a, const struct region *r, size_t rule, struct point *out);

/* Leaves in a->used a least part of the rules in first..end that suffices, as far as a few times the cost of the proof that
 * marked them goes. */
void least_proof(struct analysis *a, bool (*suffices)(struct analysis *a, const uint8_t *marked), size_t first, size_t end,
		 uint64_t cost);

/* 1 and a->decided where it can match; 0 where it was reported that it cannot, or that this was not decided. */
int can_match(struct analysis *a);
/* Reports where it is redundant. 0, 1 or a negative errno. */
int is_needed(struct analysis *a);
int find_conflicts(struct analysis *a);

#endif
