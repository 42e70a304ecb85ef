/* SPDX-License-Identifier: GPL-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include "timefmt.h"

#define NS_PER_S 1000000000ull

char *time_text(uint64_t ns, char buf[TIME_TEXT_MAX])
{
	time_t seconds = (time_t)(ns / NS_PER_S);
	unsigned int fraction = (unsigned int)(ns % NS_PER_S);
	struct tm tm = { .tm_year = 70, .tm_mday = 1 };
	size_t n;

	gmtime_r(&seconds, &tm);
	n = strftime(buf, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	if (fraction % 1000)
		snprintf(buf + n, TIME_TEXT_MAX - n, ".%09uZ", fraction);
	else
		snprintf(buf + n, TIME_TEXT_MAX - n, ".%06uZ", fraction / 1000);
	return buf;
}

char *duration_text(uint64_t ns, char buf[DURATION_TEXT_MAX])
{
	static const struct { uint64_t seconds; const char *name, *below; uint64_t below_seconds; } units[] = {
		{ 86400, "d", "h", 3600 }, { 3600, "h", "m", 60 }, { 60, "m", "s", 1 },
	};
	uint64_t s = ns / NS_PER_S;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		uint64_t below = s % units[i].seconds / units[i].below_seconds;

		if (s < units[i].seconds)
			continue;
		if (below)
			snprintf(buf, DURATION_TEXT_MAX, "%" PRIu64 "%s %" PRIu64 "%s", s / units[i].seconds,
				 units[i].name, below, units[i].below);
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
