/* SPDX-License-Identifier: GPL-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "timefmt.h"

#define NS_PER_S 1000000000ull

/* `n` digits of v, with leading zeros. */
static void put_digits(char *at, unsigned int v, int n)
{
	while (n--) {
		at[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

char *time_text(uint64_t ns, char buf[TIME_TEXT_MAX])
{
	/* A list of flows has the same second many times, and calendars are slow. */
	static __thread char last[TIME_TEXT_MAX];
	static __thread uint64_t last_second = UINT64_MAX;
	static __thread size_t n;
	uint64_t second = ns / NS_PER_S;
	unsigned int fraction = (unsigned int)(ns % NS_PER_S);
	int digits = fraction % 1000 ? 9 : 6;

	if (second != last_second) {
		struct tm tm = { .tm_year = 70, .tm_mday = 1 };

		(void)gmtime_r(&(time_t){ (time_t)second }, &tm); /* no time of 64 bits in ns is beyond what it takes */
		n = strftime(last, TIME_TEXT_MAX - 11, "%Y-%m-%dT%H:%M:%S", &tm);
		last_second = second;
	}
	memcpy(buf, last, n);
	buf[n] = '.';
	put_digits(buf + n + 1, digits == 9 ? fraction : fraction / 1000, digits);
	memcpy(buf + n + 1 + digits, "Z", 2);
	return buf;
}

char *duration_text(uint64_t ns, char buf[DURATION_TEXT_MAX])
{
	static const struct {
		uint64_t seconds;
		const char *name, *below;
		uint64_t below_seconds;
	} units[] = {
		{ 86400, "d", "h", 3600 },
		{ 3600, "h", "m", 60 },
		{ 60, "m", "s", 1 },
	};
	uint64_t s = ns / NS_PER_S;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		uint64_t below = s % units[i].seconds / units[i].below_seconds;

		if (s < units[i].seconds)
			continue;
		if (below)
			snprintf(buf, DURATION_TEXT_MAX, "%" PRIu64 "%s %" PRIu64 "%s", s / units[i].seconds, units[i].name,
				 below, units[i].below);
		else
			snprintf(buf, DURATION_TEXT_MAX, "%" PRIu64 "%s", s / units[i].seconds, units[i].name);
		return buf;
	}
	if (s || !ns)
		snprintf(buf, DURATION_TEXT_MAX, "%" PRIu64 "s", s);
	else if (ns >= 1000000)
		snprintf(buf, DURATION_TEXT_MAX, "%" PRIu64 "ms", ns / 1000000);
	else if (ns >= 1000)
		snprintf(buf, DURATION_TEXT_MAX, "%" PRIu64 "us", ns / 1000);
	else
		snprintf(buf, DURATION_TEXT_MAX, "%" PRIu64 "ns", ns);
	return buf;
}
