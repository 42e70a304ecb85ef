/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP and ICMPv6 types: names of the two IANA registries in lower case, words joined by -, `nd-` for
 * neighbour discovery (RFC 4861), and the spellings of nft. A name that both tables have is canonical in both
 * or in neither. */
#include "names.h"

/* C: the canonical name of a value; A: another name that is understood. In byte order of the names. */
#define ICMP_TYPES(C, A) \
	C("address-mask-reply", 18) C("address-mask-request", 17) C("alternate-host-address", 6) \
	C("datagram-conversion-error", 31) C("destination-unreachable", 3) C("domain-name-reply", 38) \
	C("domain-name-request", 37) A("echo", 8) C("echo-reply", 0) C("echo-request", 8) \
	C("experimental-mobility", 41) C("extended-echo-reply", 43) C("extended-echo-request", 42) \
	A("icmp-messages-utilized-by-experimental-mobility-protocols-such-as-seamoby", 41) \
	A("info-reply", 16) A("info-request", 15) C("information-reply", 16) \
	C("information-request", 15) C("ipv6-i-am-here", 34) C("ipv6-where-are-you", 33) \
	C("mobile-host-redirect", 32) C("mobile-registration-reply", 36) \
	C("mobile-registration-request", 35) C("parameter-problem", 12) C("photuris", 40) \
	C("redirect", 5) C("rfc3692-style-experiment-1", 253) C("rfc3692-style-experiment-2", 254) \
	C("router-advertisement", 9) C("router-solicitation", 10) A("seamoby", 41) C("skip", 39) \
	C("source-quench", 4) C("time-exceeded", 11) C("timestamp", 13) C("timestamp-reply", 14) \
	A("timestamp-request", 13) C("traceroute", 30)

#define ICMP6_TYPES(C, A) \
	A("certification-path-advertisement", 149) C("certification-path-advertisement-message", 149) \
	A("certification-path-solicitation", 148) C("certification-path-solicitation-message", 148) \
	C("destination-unreachable", 1) C("duplicate-address-confirmation", 158) \
	C("duplicate-address-request", 157) C("echo-reply", 129) C("echo-request", 128) \
	C("experimental-mobility", 150) C("extended-echo-reply", 161) C("extended-echo-request", 160) \
	C("fmipv6-messages", 154) A("home-agent-address-discovery-reply", 145) \
	C("home-agent-address-discovery-reply-message", 145) \
	A("home-agent-address-discovery-request", 144) \
	C("home-agent-address-discovery-request-message", 144) \
	A("icmp-messages-utilized-by-experimental-mobility-protocols-such-as-seamoby", 150) \
	C("icmp-node-information-query", 139) C("icmp-node-information-response", 140) \
	A("ilnpv6-locator-update", 156) C("ilnpv6-locator-update-message", 156) \
	A("ind-neighbor-advert", 142) A("ind-neighbor-solicit", 141) \
	A("inverse-neighbor-discovery-advertisement", 142) \
	C("inverse-neighbor-discovery-advertisement-message", 142) \
	A("inverse-neighbor-discovery-solicitation", 141) \
	C("inverse-neighbor-discovery-solicitation-message", 141) A("mld-listener-done", 132) \
	A("mld-listener-query", 130) A("mld-listener-reduction", 132) A("mld-listener-report", 131) \
	A("mld2-listener-report", 143) C("mobile-prefix-advertisement", 147) \
	C("mobile-prefix-solicitation", 146) C("mpl-control-message", 159) \
	C("multicast-listener-done", 132) C("multicast-listener-query", 130) \
	C("multicast-listener-report", 131) C("multicast-router-advertisement", 151) \
	C("multicast-router-solicitation", 152) C("multicast-router-termination", 153) \
	C("nd-neighbor-advert", 136) A("nd-neighbor-advertisement", 136) \
	C("nd-neighbor-solicit", 135) A("nd-neighbor-solicitation", 135) C("nd-redirect", 137) \
	A("nd-redirect-message", 137) C("nd-router-advert", 134) A("nd-router-advertisement", 134) \
	C("nd-router-solicit", 133) A("nd-router-solicitation", 133) A("neighbor-advertisement", 136) \
	A("neighbor-solicitation", 135) A("node-information-query", 139) \
	A("node-information-response", 140) C("packet-too-big", 2) C("parameter-problem", 4) \
	A("redirect-message", 137) C("router-renumbering", 138) C("rpl-control-message", 155) \
	A("seamoby", 150) C("time-exceeded", 3) C("version-2-multicast-listener-report", 143)

static const struct name_entry icmp_entries[] = { ICMP_TYPES(NAME_ENTRY, NAME_ENTRY) };
static const char *const icmp_values[256] = { ICMP_TYPES(NAME_BY_VALUE, NAME_SKIP) };
static const struct name_entry icmp6_entries[] = { ICMP6_TYPES(NAME_ENTRY, NAME_ENTRY) };
static const char *const icmp6_values[256] = { ICMP6_TYPES(NAME_BY_VALUE, NAME_SKIP) };
const struct nametab names_icmp = { "ICMP type", icmp_entries, sizeof(icmp_entries) / sizeof(icmp_entries[0]),
				    icmp_values, 256 };
const struct nametab names_icmp6 = { "ICMP type", icmp6_entries,
				     sizeof(icmp6_entries) / sizeof(icmp6_entries[0]), icmp6_values, 256 };
