/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl: a stateful packet firewall and flow monitor. The table of subcommands; each is in a file of its own. */
#include <stdio.h>
#include <string.h>
#include "cli.h"
#include "cmd.h"
#include "suggest.h"

const struct command commands[] = {
	{ "attach", "IFACE... [--mode auto|native|generic|tc] [--ingress-only] [--force] [--no-seed] [--flows N]",
	  "Attach to interfaces: XDP on the way in, TC on the way out.",
	  "  --mode MODE        XDP in the driver (native), in the stack (generic), or what there is (auto);\n"
	  "                     or TC on the way in too (tc)\n"
	  "  --ingress-only     nothing on the way out; what is there of fwctl goes\n"
	  "  --force            replace another's XDP program; attach though it would cut the ssh session this is typed in\n"
	  "  --no-seed          do not make flows of the connections that this host has already\n"
	  "  --flows N          size of the flow table, where this makes it\n",
	  cmd_attach },
	{ "detach", "IFACE... | --all [--purge]", "Detach from interfaces; the rules stay.",
	  "  --all              from all interfaces of the namespace\n"
	  "  --purge            with --all: forget rules, flows and counters too\n",
	  cmd_detach },
	{ "status", "", "What is attached where and how, the ruleset, the flow table, drops and losses.",
	  "flows, live:        confirmed (answered; TCP: handshake complete), unconfirmed; and the size of the table\n"
	  "  since it was made:  evicted (unconfirmed flows that gave way to new ones), table-full (packets whose flow found no\n"
	  "                      place: judged without state), contended (likewise, the place was busy), fragment-evicted\n"
	  "                      (datagrams forgotten before they were complete), raced (packets counted while their flow gave\n"
	  "                      way), dropped-displaced, dropped-unlisted (dropped packets that `flows --dropped` lacks)\n"
	  "drops:              packets, by reason\n"
	  "events:             sent, lost (a reader was slow; logs that nobody read), unreported (ends of flows that nobody "
	  "read)\n",
	  cmd_status },
	{ "check", "FILE|-", "Parse and compile rules, and look for rules without effect; no privileges are needed.",
	  "Reported: rules that can never match, since earlier ones take all their packets; redundant rules, without which\n"
	  "no packet's verdict would change; rules for which this could not be decided. Exit status 3 where there are any.\n"
	  "  -v                 also rules that partly overlap with earlier ones of another verdict (no matter for the status)\n"
	  "  -q                 findings and errors only: nothing is printed where there are none\n",
	  cmd_check },
	{ "apply", "FILE|- [--dry-run] [--force]", "Make rules live: all of them at once, or none.",
	  "  --dry-run          everything but the swap\n"
	  "  --force            also rules that would cut the ssh session this is typed in\n",
	  cmd_apply },
	{ "list", "[--counters]", "The live rules, in the rule language; apply accepts the output.",
	  "  --counters         packets and bytes of each rule, as comments\n", cmd_list },
	{ "rule", "add [at N] RULE... [--force] | delete N [N...] [--force] | show N",
	  "Change the live rules, at once and whole.",
	  "  add RULE           append a rule; `at N` puts it before rule N\n"
	  "  delete N [N...]    remove rules; numbers are those before the command\n"
	  "  show N             one rule with its counters\n"
	  "  --force            (add, delete) also what would cut the ssh session this is typed in\n",
	  cmd_rule },
	{ "test", "RULES PCAP|- [--in|--out|--host ADDR|PREFIX,...] [--on IFACE] [--flows] [--expect FILE] [--write-expect FILE]",
	  "What the rules do with a capture, by the kernel's own run of the programs; touches nothing live.",
	  "  --in, --out        all packets are incoming (the default), or outgoing\n"
	  "  --host LIST        packets from these addresses are outgoing, the others incoming\n"
	  "  --on IFACE         the interface that packets are on\n"
	  "  --flows            the flows behind the packets\n"
	  "  --expect FILE      compare with a file of `N verdict [rule]` lines; exit status 3 where they differ\n"
	  "  --write-expect FILE  write such a file\n"
	  "  -q                 without -j, no line a packet: the summary, and what was expected otherwise\n",
	  cmd_test },
	{ "explain", "[--rules FILE] in|out [on IFACE] MATCH...",
	  "Which rule decides a packet, and why: in on eth0 proto tcp from 192.0.2.1 port 5555 to 10.0.0.10 port 80.",
	  "  --rules FILE       by these rules, not the live ones (no privileges are needed)\n"
	  "  -v                 also earlier rules that came close, and by which field they failed\n"
	  "`from` and `to` an address each are needed. What is not said: proto tcp (or what icmp-type and the addresses'\n"
	  "family imply), from port 40000, to port 80, flags S, icmp-type echo-request code 0, ttl 64, dscp 0, length 60\n"
	  "(IPv6 80), vlan 0, no interface that rules name, mac-from 02:00:00:00:00:01, mac-to 02:00:00:00:00:02.\n"
	  "`frag` is a later fragment whose first one was not seen, or with ports, flags or a type the first one. An ICMP error\n"
	  "is taken for one that quotes no packet of a known flow.\n",
	  cmd_explain },
	{ "flows", "[in|out [on IFACE]] [MATCH...] [--dropped] [--sort bytes|packets|age] [--limit N]",
	  "The flows that are live; MATCH is as in rules, `from` who initiated: proto tcp from 10.0.0.0/8 to port 443.",
	  "  --dropped          what was dropped of late, in their place, and why\n"
	  "  --sort KEY         largest (or oldest) first; else by first packet\n"
	  "  --limit N          at most N flows\n",
	  cmd_flows },
	{ "top", "[in|out [on IFACE]] [MATCH...] [--sort bits|packets|total|age]",
	  "Live: rates, the busiest flows, hosts and rules, drops by reason; MATCH chooses flows, as in `flows`.",
	  "  --sort KEY         order of flows: by bits or packets a second, by all their bytes, or the oldest first\n"
	  "Keys: s changes the order, f the choice of flows (Enter takes it, an empty one is all), p pauses, q quits. Without a\n"
	  "terminal it prints one frame, of a second, as large as COLUMNS and LINES say (80 and 24), and ends.\n",
	  cmd_top },
	{ "export", "[--ipfix udp|tcp:ADDRESS:PORT] [--json FILE|-] [--active SECONDS] [--idle SECONDS]",
	  "Report every flow, until it is ended (SIGTERM): IPFIX to a collector, lines of JSON to a file.",
	  "  --ipfix TO         udp:192.0.2.1:4739, tcp:[2001:db8::1]:4739; numeric, in the caller's network namespace\n"
	  "  --json FILE        a line a record, appended; opened anew on SIGHUP; - is standard output (so is -j)\n"
	  "  --active SECONDS   a record of a flow that goes on, at least so often (60)\n"
	  "  --idle SECONDS     a record of a flow without packets for so long (15)\n"
	  "Records of one flow add up: each counts what no earlier one did, also when export is killed and started again.\n"
	  "What could not be delivered is counted: fwctl status, fwctl metrics.\n",
	  cmd_export },
	{ "metrics", "[--strict]", "Counters and sizes as OpenMetrics text, for a node exporter's text file or any scraper.",
	  "  --strict           by the letter of OpenMetrics 1.0, where counters are declared without their _total; without it\n"
	  "                     declared as they are named, as Prometheus does and `promtool check metrics` wants\n",
	  cmd_metrics },
	{ "monitor", "[--drops] [--flows] [--pcap FILE]", "What happens, as it happens: packets that rules with `log` decide.",
	  "  --drops            also packets that are dropped, whether logged or not\n"
	  "  --flows            also flows that start and end: closed (also by a change of the rules), idle, evicted\n"
	  "  --pcap FILE        write the logged packets, their first 128 bytes, as a capture; `-` for standard output, in\n"
	  "                     place of all else\n"
	  "  -v                 with the packets' bytes\n"
	  "Each line begins with the time of what it tells: of the packet that was judged, that made the flow or ended it. An\n"
	  "end that no packet makes, since the flow is idle or cut by new rules, has the time when it was seen, within a "
	  "second.\n"
	  "Ends by SIGINT or SIGTERM, or when nobody reads its output; then says how many events it told, and how many were "
	  "lost.\n",
	  cmd_monitor },
	{ "version", "", "Version and what the kernel offers.", "", cmd_version },
	{ NULL, NULL, NULL, NULL, NULL },
};

const struct command *command_find(const char *name)
{
	for (const struct command *c = commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

static void print_usage(FILE *to)
{
	fprintf(to, "usage: fwctl [-j] [-n NETNS] [-q] [-v] COMMAND ...\n\n");
	for (const struct command *c = commands; c->name; c++)
		fprintf(to, "  %-8s %s\n", c->name, c->summary);
	fprintf(to, "\n-j JSON output, -n in the network namespace of that name, -q no notes and warnings, -v more detail.\n"
		    "Exit status: 0 done; 1 it failed, nothing was changed; 2 the command or the rules are wrong; 3 the answer "
		    "is no.\n"
		    "fwctl help COMMAND, or fwctl COMMAND -h, tells more.\n");
}

static int unknown_command(const char *name)
{
	_cleanup_strbuf_ struct strbuf hint = { NULL, 0, 0 };
	static const char *const later[] = { "plan", "confirm", "rollback", "set" };
	struct suggest s;

	for (size_t i = 0; i < ARRAY_COUNT(later); i++)
		if (!strcmp(name, later[i])) {
			fprintf(stderr, "fwctl: '%s' is not available in this version yet\n", name);
			return EXIT_WRONG;
		}
	suggest_init(&s, name, strlen(name));
	for (const struct command *c = commands; c->name; c++)
		suggest_try(&s, c->name);
	suggest_add(&s, "", &hint);
	fprintf(stderr, "fwctl: unknown command '%s'%s\n", name, hint.len ? hint.str : " (fwctl -h lists the commands)");
	return EXIT_WRONG;
}

/* `help`, `help COMMAND`; argv behind it. */
static int help(struct cli *cli, int argc, char **argv)
{
	char wanted[] = "-h", *asks[] = { wanted, NULL };
	const struct command *c;
	int status = cli_options(cli, NULL, &argc, argv);

	if (status >= 0)
		return status;
	if (status == OPTIONS_HELP || !argc || !strcmp(argv[0], "help")) {
		print_usage(stdout);
		return EXIT_DONE;
	}
	if (argc > 1)
		return cli_wrong(cli, "help takes one command");
	c = command_find(argv[0]);
	if (!c)
		return unknown_command(argv[0]);
	cli->command = c;
	return c->run(cli, 1, asks);
}

int main(int argc, char **argv)
{
	struct cli cli = { .command = NULL };
	int at = 1, head, status = OPTIONS_TAKEN;

	/* Common options may stand before the command; then the command's own follow. */
	while (at < argc && argv[at][0] == '-' && argv[at][1])
		at += !strcmp(argv[at], "-n") || !strcmp(argv[at], "--netns") ? 2 : 1;
	if (at > argc)
		at = argc;
	head = at - 1;
	if (head)
		status = cli_options(&cli, NULL, &head, argv + 1);
	if (status >= 0)
		return status;
	if (status != OPTIONS_HELP && at == argc) {
		print_usage(stderr);
		return EXIT_WRONG;
	}
	if (status == OPTIONS_HELP) {
		print_usage(stdout);
		status = EXIT_DONE;
	} else if (!strcmp(argv[at], "help")) {
		status = help(&cli, argc - at - 1, argv + at + 1);
	} else {
		cli.command = command_find(argv[at]);
		if (!cli.command)
			return unknown_command(argv[at]);
		status = cli.command->run(&cli, argc - at - 1, argv + at + 1);
	}
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "fwctl: standard output: cannot be written (the command itself was carried out)\n");
		return EXIT_FAILED;
	}
	return status;
}
