/* SPDX-License-Identifier: GPL-2.0 */
#include <stdio.h>
#include "shortnum.h"

char *short_text(double v, char buf[SHORT_TEXT_MAX])
{
	static const char units[] = " kMGTPE";
	unsigned int unit = 0;

	if (v < 9.95) {
		double rounded = (double)(long)(v * 10 + 0.5) / 10;

		snprintf(buf, SHORT_TEXT_MAX, rounded == (double)(long)rounded ? "%.0f" : "%.1f", rounded);
		return buf;
	}
	while (v >= 999.5 && unit + 2 < sizeof(units)) {
		v /= 1000;
		unit++;
	}
	if (!unit)
		snprintf(buf, SHORT_TEXT_MAX, "%.0f", v);
	else
		snprintf(buf, SHORT_TEXT_MAX, "%.*f%c", v < 9.995 ? 2 : v < 99.95 ? 1 : 0, v, units[unit]);
	return buf;
}
