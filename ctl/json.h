/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A streaming JSON writer (RFC 8259) that appends to a strbuf. Commas come by themselves. A value where a key
 * has to be, a key in an array, an end that does not fit its begin: assertion failures, since they are faults
 * of the program.
 *
 *	struct json j;
 *	json_init(&j, &buf);
 *	json_object(&j);
 *	json_key_uint(&j, "packet", 1);
 *	json_key(&j, "bytes"); json_array(&j); json_uint(&j, 10); json_uint(&j, 20); json_end_array(&j);
 *	json_end_object(&j);
 *	json_done(&j);
 */
#ifndef FW_JSON_H
#define FW_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf;

/* U+FFFD, in place of what is no UTF-8. */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"
/*
 * The length of the well-formed UTF-8 sequence at p (Unicode 15, table 3-7), or minus the length of the
 * ill-formed part to replace. n, the bytes there are, is at least 1.
 */
int utf8_length(const unsigned char *p, size_t n);

#define JSON_DEPTH 16

struct json {
	struct strbuf *out; /* not owned */
	unsigned int depth;
	char open[JSON_DEPTH]; /* '{' or '[' */
	bool some[JSON_DEPTH]; /* the container at this depth has a member already */
	bool keyed;            /* a key was written, its value is to come */
	bool complete;         /* the one value at the top has been written */
};

void json_init(struct json *j, struct strbuf *out);
/*
 * Asserts that one whole value was written; the writer is then ready for the next one (a stream of
 * documents).
 */
void json_done(struct json *j);

void json_object(struct json *j);
void json_end_object(struct json *j);
void json_array(struct json *j);
void json_end_array(struct json *j);
void json_key(struct json *j, const char *key);

/*
 * Strings may hold any bytes: control characters are escaped, and each maximal part of ill-formed UTF-8
 * becomes one U+FFFD (Unicode 15, 3.9, "Substitution of Maximal Subparts"), so that the output is always
 * UTF-8. NULL is the JSON null.
 */
void json_string(struct json *j, const char *s);
void json_bytes(struct json *j, const char *p, size_t n);
void json_int(struct json *j, int64_t v);
void json_uint(struct json *j, uint64_t v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
/* Text that is a JSON value already, copied as it is. */
void json_raw(struct json *j, const char *text);

/* A key and its value. */
void json_key_string(struct json *j, const char *key, const char *s);
void json_key_int(struct json *j, const char *key, int64_t v);
void json_key_uint(struct json *j, const char *key, uint64_t v);
void json_key_bool(struct json *j, const char *key, bool v);

#endif
