/* SPDX-License-Identifier: GPL-2.0 */
/* A reader of IPFIX messages (RFC 7011), strict, that shares nothing with their writer. */
#ifndef TESTS_IPFIX_DECODE_H
#define TESTS_IPFIX_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DECODE_FIELDS = 64, DECODE_TEMPLATES = 32 };

struct decoded_field {
	uint32_t pen;
	uint16_t id, length;
	const uint8_t *value;
};
struct decoded_record {
	uint16_t template_id;
	bool options;
	size_t n;
	struct decoded_field field[DECODE_FIELDS];
};
struct decoded_template {
	uint16_t id;
	bool options;
	size_t n, scopes;
	struct decoded_field field[DECODE_FIELDS];
};

/* A transport session: templates, and the number of data records so far. */
struct decoder {
	struct decoded_template templates[DECODE_TEMPLATES];
	size_t ntemplates;
	uint32_t records; /* of the messages so far */
	/* of the last message */
	uint32_t time, sequence, domain;
	struct decoded_record *v;
	size_t n, cap;
	char why[128];
};

/* The records of one message, which point into buf. False with `why` where anything is not as RFC 7011 has it. */
bool decode(struct decoder *d, const uint8_t *buf, size_t len);
void decoder_free(struct decoder *d);

/* An element as a number; UINT64_MAX where the record has not got it. */
uint64_t decoded_number(const struct decoded_record *r, uint32_t pen, uint16_t id);
const struct decoded_field *decoded_find(const struct decoded_record *r, uint32_t pen, uint16_t id);

#endif
