/* SPDX-License-Identifier: GPL-2.0 */
/* The parser's own business, shared by parse*.c only. */
#ifndef FW_CTL_PARSE_IMPL_H
#define FW_CTL_PARSE_IMPL_H

#include "addr.h"
#include "lex.h"
#include "parse.h"
#include "symtab.h"

/* What a value is a value of: id, singular, plural, largest number (0: not a number), names of numbers. */
#define FW_KINDS(X)                                                \
	X(KIND_ADDR, "address", "addresses", 0, NULL)              \
	X(KIND_PORT, "port", "ports", 65535, &names_services)      \
	X(KIND_PROTO, "protocol", "protocols", 255, &names_protos) \
	X(KIND_ICMP_TYPE, "ICMP type", "ICMP types", 255, NULL)    \
	X(KIND_ICMP_CODE, "ICMP code", "ICMP codes", 255, NULL)    \
	X(KIND_VLAN, "VLAN", "VLANs", 4095, NULL)                  \
	X(KIND_DSCP, "DSCP", "DSCPs", 63, &names_dscp)             \
	X(KIND_TTL, "TTL", "TTLs", 255, NULL)                      \
	X(KIND_LENGTH, "length", "lengths", 65575, NULL)           \
	X(KIND_MAC, "MAC address", "MAC addresses", 0, NULL)       \
	X(KIND_IFACE, "interface", "interfaces", 0, NULL)
#define FW_KIND_MEMBER(id, one, many, max, names) id,
enum kind { FW_KINDS(FW_KIND_MEMBER) };
enum { KIND_COUNT = 11 };

union value {
	struct addr_range addr;
	struct numrange num;    /* a code by name: ICMP_CODE_NAMED + index, until the rule's families are known */
	struct icmp_range icmp; /* a number: has[] is false, lo and hi of inet hold it, until `proto` is known */
	struct mac mac;
	char iface[IFNAMSIZ];
};
enum { ICMP_CODE_NAMED = 0x10000 };

/* Bytes of a value of the kind in the model's arrays; all of them are defined, so values compare as memory. */
size_t value_size(enum kind k);
/* One word as a value of the kind. 0, or -EINVAL with the reason appended to err (NULL: nobody asks). */
int value_parse(enum kind k, const char *s, size_t n, union value *out, struct strbuf *err);
const char *kind_many(enum kind k);

/* The last list read: nelem values in v, each with where it stands. Reused from match to match. */
struct value_list {
	enum kind kind;
	char *v;
	struct srcloc *locs;
	size_t n, cap, size;
	bool negated;
	struct srcloc loc; /* of its first token */
};

struct define {
	char *name;
	struct token *words;
	size_t n;
	unsigned kinds; /* 1 << KIND_*: what all of the words can be */
	bool bad;       /* reported already */
	struct srcloc loc;
};

/* `@name` in a rule of the ruleset that is being read: resolved when all sets are known. */
struct set_use {
	size_t rule;
	bool to;
	struct token name; /* without the @ */
};

struct parser {
	const char *name;
	struct lexer lex;
	struct token tok, prev; /* the token at hand; the one before it */
	struct diag *diag;
	size_t errors;      /* in *diag when the statement began */
	struct ruleset *rs; /* being filled; NULL where one rule is parsed */
	const struct ruleset *context;
	bool read_files;
	size_t rules_cap, sets_cap;
	bool full;      /* RULE_MAX was reported */
	bool sets_full; /* SETS_MAX was reported */
	struct symtab define_names, set_names;
	struct define *defines;
	size_t ndefines, defines_cap, define_words;
	struct set_use *uses;
	size_t nuses, uses_cap;
	struct value_list list;
	struct token *words; /* of the define or set that is being read */
	size_t nwords, words_cap;
	bool nonip_given, nd_given;
	bool matches_only; /* a packet or a flow is spoken of, not a rule: `flags S` is S and no other */
	size_t io_errors;  /* errors that are unreadable files */
};

void p_next(struct parser *p);
/* The token behind the one at hand. */
struct token p_peek(const struct parser *p);
/* Reports and returns -EINVAL. */
int p_error(struct parser *p, struct srcloc loc, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A wrong value was reported in this statement: what does not fit behind it is likely a consequence. */
static inline bool p_failed(const struct parser *p) { return p->diag->errors.n != p->errors; }
/* Something else than what was wanted stands here (or nothing does); reported unless p_failed. */
int p_unexpected(struct parser *p, const char *wanted);
/* True where the token at hand is the first of a line and begins a statement: a brace was not closed. */
bool p_starts_statement(const struct parser *p);
static inline bool p_at_end(const struct parser *p) { return p->tok.kind == TOK_NEWLINE || p->tok.kind == TOK_EOF; }
/* A name for a set or a define: letters, digits, _ and -. */
bool p_name_ok(const char *s, size_t n);

/* `[!] VALUE | [!] { VALUE... }` of the kind into p->list; wrong values are reported and left out. */
int p_list(struct parser *p, enum kind k);
/* The values between braces, one call of item() each; the token at hand is the brace. Nested braces flatten. */
int p_braces(struct parser *p, int (*item)(struct parser *p, const struct token *t));
/* Drops values that are there before, byte for byte. */
void list_dedupe(struct value_list *l);
/* A copy of the list's values, exactly as long. */
void *list_take(struct value_list *l, size_t *n);
void list_push(struct value_list *l, const union value *v, struct srcloc loc);
/* The define `$name`, or NULL, reported. */
const struct define *p_define(struct parser *p, const struct token *t);

int p_stmt_define(struct parser *p);
int p_stmt_default(struct parser *p);
int p_stmt_option(struct parser *p);
int p_stmt_set(struct parser *p);
int p_stmt_rule(struct parser *p);

/* A whole rule; only matches; `in|out [on IFACE]` and matches. The rule is the caller's to free, on error
 * too. */
int p_rule(struct parser *p, struct rule *r);
int p_matches(struct parser *p, struct rule *r);
int p_rulelike(struct parser *p, struct rule *r);

/* The matches of a rule, each a bit of rule_state.seen. */
enum match {
	MATCH_ON,
	MATCH_FAMILY,
	MATCH_PROTO,
	MATCH_FROM,
	MATCH_TO,
	MATCH_ICMP,
	MATCH_FLAGS,
	MATCH_VLAN,
	MATCH_INNER_VLAN,
	MATCH_DSCP,
	MATCH_TTL,
	MATCH_LENGTH,
	MATCH_FRAG,
	MATCH_MAC_FROM,
	MATCH_MAC_TO,
	MATCH_COUNT,
};

/* What the checks of a whole rule need beside the model. */
struct rule_state {
	struct rule *rule;
	unsigned seen; /* 1 << enum match */
	struct srcloc keyword[MATCH_COUNT];
	struct srcloc proto_value; /* the first one */
	struct srcloc port[2];     /* the word `port`; from, to */
	struct srcloc addr[2];     /* the first address */
	struct icmp_range *icmp;   /* as typed */
	struct srcloc *icmp_locs;
	size_t nicmp;
	struct srcloc code;
	bool matches_only;    /* options are not known */
	struct srcloc option; /* the first option; line 0 where none */
	unsigned options_seen;
};

/* What a match keyword starts: its values, from the token at hand. */
int p_match_values(struct parser *p, struct rule_state *st, enum match m);
/* The checks of the whole rule, and what could not be known before its end. */
int p_check_rule(struct parser *p, struct rule_state *st);
/* An index in the sets of context; for a ruleset being read 0, to be put right by p_resolve_sets. */
int p_use_set(struct parser *p, const struct token *t, bool to, int *out);
void p_resolve_sets(struct parser *p);
/* May the range be an element of such a set? 0, or -EINVAL with the reason appended to err. */
int setelem_check(const struct addr_range *r, enum set_type type, struct strbuf *err);

#endif
