/* SPDX-License-Identifier: GPL-2.0 */
/* libFuzzer on files of set elements: what is accepted is sorted, each once, and prints to words that read as the same. */
#include <string.h>
#include "../ctl/addr.h"
#include "../ctl/parse.h"
#include "../ctl/util.h"
#include "fuzz.h"

static void check_element(const struct addr_range *r, enum set_type type)
{
	_cleanup_strbuf_ struct strbuf msg = { NULL, 0, 0 };
	struct addr_range again;
	char text[ADDR_TEXT_MAX];

	addr_range_print(r, text);
	MUST(!setelem_parse(text, strlen(text), type, &again, &msg));
	MUST(again.family == r->family && !memcmp(&again.lo, &r->lo, sizeof(r->lo)) && !memcmp(&again.hi, &r->hi, sizeof(r->hi)));
	MUST(memcmp(&r->lo, &r->hi, sizeof(r->lo)) <= 0);
}

static void check_file(const char *text, size_t size, enum set_type type)
{
	struct diag d = { .io_error = 0 };
	struct addr_range *v;
	size_t n;

	if (setfile_parse("fuzz", text, size, type, &v, &n, &d))
		MUST(d.errors.n && !v && !n);
	for (size_t i = 0; i < n; i++) {
		check_element(&v[i], type);
		for (size_t k = 0; k < i && i < 64; k++)
			MUST(v[k].family != v[i].family || memcmp(&v[k].lo, &v[i].lo, sizeof(addr_t)) ||
			     memcmp(&v[k].hi, &v[i].hi, sizeof(addr_t)));
	}
	free(v);
	diag_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_file((const char *)data, size, SET_ADDR);
	check_file((const char *)data, size, SET_NET);
	return 0;
}
