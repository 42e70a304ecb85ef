/* SPDX-License-Identifier: GPL-2.0 */
/* IP protocol numbers: keywords of the IANA registry "Protocol Numbers" in lower case, and the spellings in
 * common use. */
#include "names.h"

/* C: the canonical name of a value; A: another name that is understood. In byte order of the names. */
#define PROTOS(C, A) \
	C("3pc", 34) C("a/n", 107) C("aggfrag", 144) C("ah", 51) C("argus", 13) C("aris", 104) \
	C("ax.25", 93) C("bbn-rcc-mon", 10) C("bit-emu", 147) C("bna", 49) C("br-sat-mon", 76) \
	A("carp", 112) C("cbt", 7) C("cftp", 62) C("chaos", 16) C("compaq-peer", 110) C("cphb", 73) \
	C("cpnx", 72) C("crtp", 126) C("crudp", 127) C("dccp", 33) C("dcn-meas", 19) C("ddp", 37) \
	C("ddx", 116) C("dgp", 86) C("dsr", 48) C("egp", 8) C("eigrp", 88) C("emcon", 14) \
	C("encap", 98) C("esp", 50) C("etherip", 97) C("ethernet", 143) C("fc", 133) C("fire", 125) \
	C("ggp", 3) C("gmtp", 100) C("gre", 47) C("hip", 139) C("hmp", 20) C("homa", 146) \
	C("hopopt", 0) C("i-nlsp", 52) C("iatp", 117) C("icmp", 1) C("icmp6", 58) A("icmpv6", 58) \
	C("idpr", 35) C("idpr-cmtp", 38) C("idrp", 45) C("ifmp", 101) C("igmp", 2) C("igp", 9) \
	C("il", 40) A("ip-encap", 4) C("ipcomp", 108) C("ipcv", 71) A("ipencap", 4) C("ipip", 94) \
	C("iplt", 129) C("ippc", 67) A("ipsec-ah", 51) A("ipsec-esp", 50) C("iptm", 84) C("ipv4", 4) \
	C("ipv6", 41) C("ipv6-frag", 44) A("ipv6-icmp", 58) A("ipv6-mh", 135) C("ipv6-nonxt", 59) \
	C("ipv6-opts", 60) C("ipv6-route", 43) C("ipx-in-ip", 111) C("irtp", 28) C("isis", 124) \
	A("isis-over-ipv4", 124) C("iso-ip", 80) C("iso-tp4", 29) C("kryptolan", 65) C("l2tp", 115) \
	C("larp", 91) C("leaf-1", 25) C("leaf-2", 26) C("manet", 138) C("merit-inp", 32) \
	C("mfe-nsp", 31) A("mh", 135) C("micp", 95) C("min-ipv4", 55) A("mobile", 55) \
	C("mobility-header", 135) C("mpls-in-ip", 137) C("mtp", 92) C("mux", 18) C("narp", 54) \
	C("netblt", 30) C("nsfnet-igp", 85) C("nsh", 145) C("nvp-ii", 11) C("ospf", 89) \
	A("ospfigp", 89) C("pgm", 113) C("pim", 103) C("pipe", 131) C("pnni", 102) C("prm", 21) \
	C("ptp", 123) C("pup", 12) C("pvp", 75) C("qnx", 106) C("rdp", 27) C("rohc", 142) \
	A("rspf", 73) C("rsvp", 46) C("rsvp-e2e-ignore", 134) C("rvd", 66) C("sat-expak", 64) \
	C("sat-mon", 69) C("scc-sp", 96) C("scps", 105) C("sctp", 132) C("sdrp", 42) \
	C("secure-vmtp", 82) C("shim6", 140) C("skip", 57) C("sm", 122) C("smp", 121) C("snp", 109) \
	C("sprite-rpc", 90) C("sps", 130) C("srp", 119) C("sscopmce", 128) C("st", 5) C("stp", 118) \
	C("sun-nd", 77) C("swipe", 53) C("tcf", 87) C("tcp", 6) C("tlsp", 56) C("tp++", 39) \
	C("trunk-1", 23) C("trunk-2", 24) A("ttp", 84) C("udp", 17) A("udp-lite", 136) \
	C("udplite", 136) C("uti", 120) C("vines", 83) C("visa", 70) C("vmtp", 81) C("vrrp", 112) \
	C("wb-expak", 79) C("wb-mon", 78) C("wesp", 141) C("wsn", 74) C("xnet", 15) C("xns-idp", 22) \
	C("xtp", 36)

static const struct name_entry proto_entries[] = { PROTOS(NAME_ENTRY, NAME_ENTRY) };
static const char *const proto_values[256] = { PROTOS(NAME_BY_VALUE, NAME_SKIP) };
const struct nametab names_protos = { "protocol", proto_entries,
				      sizeof(proto_entries) / sizeof(proto_entries[0]), proto_values, 256 };
