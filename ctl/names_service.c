/* SPDX-License-Identifier: GPL-2.0 */
/* Services: the usual names of ports, the same for every protocol that has ports. */
#include "names.h"

/* C: the canonical name of a value; A: another name that is understood. In byte order of the names. */
#define SERVICES(C, A) \
	C("acap", 674) C("accessbuilder", 888) C("acr-nema", 104) C("activemq", 61616) A("adb", 5555) \
	C("adws", 9389) C("afpovertcp", 548) C("afs3-bos", 7007) C("afs3-callback", 7001) \
	A("afs3-fileserver", 7000) C("afs3-kaserver", 7004) C("afs3-prserver", 7002) \
	C("afs3-rmtsys", 7009) C("afs3-update", 7008) C("afs3-vlserver", 7003) C("afs3-volser", 7005) \
	C("ajp13", 8009) C("alertmanager", 9093) C("amanda", 10080) C("amandaidx", 10082) \
	C("amidxtape", 10083) C("amqp", 5672) C("amqps", 5671) C("amt-soap-http", 16992) \
	C("amt-soap-https", 16993) C("ansoft-lm-1", 1083) C("anydesk", 6568) C("aodv", 654) \
	C("aol", 5190) A("apani1", 9160) C("apns", 2195) C("asf-rmcp", 623) C("asip-webadmin", 311) \
	C("asp", 27374) C("at-rtmp", 201) C("auth", 113) A("authentication", 113) \
	C("avt-profile-1", 5004) C("avt-profile-2", 5005) C("babel", 6696) C("bacnet", 47808) \
	C("bacula-dir", 9101) C("bacula-fd", 9102) C("bacula-sd", 9103) C("bbs", 7000) \
	C("bctp", 8999) C("beanstalkd", 11300) C("bfd-control", 3784) C("bfd-echo", 3785) \
	C("bfd-lag", 6784) C("bfd-multi-ctl", 4784) C("bgmp", 264) C("bgp", 179) C("bgpd", 2605) \
	A("biff", 512) C("binderysupport", 2302) C("binkp", 24554) C("bitcoin", 8333) \
	C("bittorrent", 6881) C("blackjack", 1025) C("bootpc", 68) C("bootps", 67) \
	C("bpjava-msvc", 13722) C("bprd", 13720) C("canna", 5680) C("capwap-control", 5246) \
	C("capwap-data", 5247) C("cassandra", 9042) C("cassandra-thrift", 9160) C("ceph", 3300) \
	C("cfengine", 5308) C("chargen", 19) C("cifs", 3020) C("cisco-ipsla", 1167) \
	C("cisco-sccp", 2000) C("cisco-tdp", 711) C("citrixima", 2598) C("clc-build-daemon", 8990) \
	C("clearcase", 371) A("cmd", 514) C("cmip-agent", 164) C("cmip-man", 163) C("coap", 5683) \
	C("coaps", 5684) C("codaauth2", 370) C("codasrv", 2432) C("codasrv-se", 2433) \
	C("collectd", 25826) C("commplex-link", 5001) C("commplex-main", 5000) A("comsat", 512) \
	C("consul", 8500) C("consul-dns", 8600) C("consul-rpc", 8300) C("couchdb", 5984) \
	C("cslistener", 9000) C("csync2", 30865) C("cvspserver", 2401) C("cwmp", 7547) \
	C("daap", 3689) C("datametrics", 1645) C("daytime", 13) C("db-lsp", 17500) C("db2", 50000) \
	C("dcap", 22125) C("ddi-tcp-1", 8888) C("dec-dlm", 625) C("dhcp-failover", 647) \
	C("dhcp-failover2", 847) A("dhcpc", 68) A("dhcps", 67) C("dhcpv6-client", 546) \
	C("dhcpv6-server", 547) C("diameter", 3868) C("dicom", 11112) C("dict", 2628) \
	C("dircproxy", 57000) C("discard", 9) C("distcc", 3632) C("distinct", 9999) \
	C("dls-monitor", 2048) C("dnp", 20000) A("dns", 53) A("dns-over-tls", 853) C("docker", 2375) \
	C("docker-s", 2376) C("docker-swarm", 7946) C("doip-data", 13400) C("domain", 53) \
	C("domain-s", 853) C("echo", 7) C("eforward", 2181) A("elasticsearch", 9200) \
	A("elasticsearch-node", 9300) C("eldim", 31337) C("elipse-rec", 6515) C("epmap", 135) \
	C("epmd", 4369) C("epp", 700) C("etcd-client", 2379) C("etcd-server", 2380) \
	C("etlservicemgr", 9001) C("exec", 512) C("f5-globalsite", 2792) C("f5-iquery", 4353) \
	C("fax", 4557) C("fcip", 3225) C("fcp-addr-srvr1", 5500) C("fido", 60179) C("finger", 79) \
	A("fmtp", 8500) C("font-service", 7100) C("freeciv", 5556) A("fsp", 21) A("fspd", 21) \
	C("ftp", 21) C("ftp-data", 20) C("ftps", 990) C("ftps-data", 989) C("gdoi", 848) \
	C("gdomap", 538) C("gds-db", 3050) A("gds_db", 3050) C("gelf", 12201) C("geneve", 6081) \
	C("genie", 402) C("gerrit", 29418) C("git", 9418) C("glbp", 3222) C("gnunet", 2086) \
	C("gnutella-rtr", 6347) C("gnutella-svc", 6346) C("gopher", 70) C("gprs-data", 3386) \
	C("gpsd", 2947) C("gris", 2135) C("groupwise", 1677) C("gsidcap", 22128) C("gsiftp", 2811) \
	C("gsigatekeeper", 2119) C("gtp-control", 2123) C("gtp-user", 2152) C("h248-binary", 2945) \
	A("h323", 1720) C("h323gatestat", 1719) C("h323hostcall", 1720) C("ha-cluster", 694) \
	C("hkp", 11371) C("home-assistant", 8123) C("hp-alarm-mgr", 383) A("hprop", 754) \
	C("hpvirtgrp", 5223) C("hsrp", 1985) C("hsrpv6", 2029) C("http", 80) C("http-alt", 8080) \
	C("http-alt-2", 8008) C("http-rpc-epmap", 593) C("https", 443) A("https-alt", 8443) \
	C("hylafax", 4559) C("iax", 4569) C("ica", 1494) A("icp", 3130) C("icpv2", 3130) \
	C("ideafarm-door", 902) A("ident", 113) C("iec-104", 2404) A("ike", 500) C("imap", 143) \
	A("imap2", 143) C("imap3", 220) C("imaps", 993) C("influxdb", 8086) C("ingreslock", 1524) \
	C("iop", 2055) A("iperf", 5001) C("iperf3", 5201) C("ipfix", 4739) C("ipfixs", 4740) \
	C("ipp", 631) C("iprop", 2121) C("ipsec-nat-t", 4500) C("ipx", 213) C("irc", 194) \
	C("ircd", 6667) C("ircs-u", 6697) C("irdmi", 8000) C("iris-beep", 702) C("isakmp", 500) \
	C("iscsi-target", 3260) C("isisd", 2608) C("isns", 3205) C("iso-tsap", 102) \
	A("jabber-client", 5222) A("jabber-server", 5269) A("jetdirect", 9100) C("kafka", 9092) \
	C("kamanda", 10081) C("kazaa", 1214) A("kdc", 750) C("kerberos", 88) C("kerberos-adm", 749) \
	A("kerberos-iv", 750) C("kerberos-master", 751) A("kerberos-sec", 88) C("kerberos4", 750) \
	A("kerberos5", 88) A("kerberos_master", 751) C("kermit", 1649) C("kibana", 5601) \
	C("klogin", 543) C("kpasswd", 464) C("krb-prop", 754) A("krb5", 88) A("krb5_prop", 754) \
	A("krb_prop", 754) A("krcmd", 544) C("kshell", 544) C("kube-apiserver", 6443) \
	C("kubelet", 10250) C("l2f", 1701) A("l2tp", 1701) C("ldap", 389) C("ldaps", 636) \
	C("ldp", 646) C("llmnr", 5355) C("lmp", 701) A("loc-srv", 135) C("login", 513) \
	C("lotusnote", 1352) A("lotusnotes", 1352) A("lrrd", 4949) C("lsp-ping", 3503) \
	C("m3ua", 2905) C("mac-srvr-admin", 660) C("macromedia-fcs", 1935) A("mail", 25) \
	C("mailq", 174) C("matip-type-a", 350) C("matip-type-b", 351) C("mbap", 502) C("mdns", 5353) \
	C("megaco-h248", 2944) C("memcache", 11211) A("memcached", 11211) C("menandmice-dns", 1337) \
	C("mftp", 5402) C("mgcp-callagent", 2727) C("mgcp-gateway", 2427) C("micromuse-ncpw", 9600) \
	C("microsoft-ds", 445) C("mikrotik-api", 8728) C("mikrotik-api-s", 8729) \
	C("minecraft", 25565) C("minecraft-pe", 19132) C("mobileip-agent", 434) A("modbus", 502) \
	C("moira-db", 775) C("moira-update", 777) C("moira-ureg", 779) A("moira_db", 775) \
	A("moira_update", 777) A("moira_ureg", 779) C("mon", 2583) C("mongodb", 27017) \
	C("mongodb-config", 27019) C("mongodb-shard", 27018) C("mountd", 20048) A("mpd", 6600) \
	C("mpls-udp", 6635) C("mptn", 397) C("mqtt", 1883) A("mqtts", 8883) C("ms-cluster-net", 3343) \
	C("ms-sql-m", 1434) C("ms-sql-s", 1433) C("ms-streaming", 1755) C("ms-wbt-server", 3389) \
	C("msdp", 639) C("msexch-routing", 691) C("msft-gc", 3268) C("msft-gc-ssl", 3269) \
	C("mshvlm", 6600) C("msmq", 1801) C("msnp", 1863) C("msp", 18) C("mtn", 4691) \
	C("mumble", 64738) C("munin", 4949) C("mysql", 3306) C("mysql-proxy", 6446) \
	C("nameserver", 42) A("nat-pmp", 5351) C("nbd", 10809) C("ncp", 524) C("ncube-lm", 1521) \
	A("ndl-aas", 3128) C("neo4j", 7474) C("nessus", 1241) C("net-assistant", 3283) \
	C("netbios-dgm", 138) C("netbios-ns", 137) C("netbios-ssn", 139) C("netconf-beep", 831) \
	C("netconf-ssh", 830) C("netconf-tls", 6513) A("netflow", 2055) C("netnews", 532) \
	C("netstat", 15) C("nfs", 2049) A("nicname", 43) C("nntp", 119) C("nntps", 563) \
	C("nodejs-debug", 5858) C("nomad", 4646) C("npp", 4045) C("nqs", 607) C("nrpe", 5666) \
	C("nsca", 5667) C("ntalk", 518) C("ntp", 123) C("ntske", 4460) A("null", 9) C("nut", 3493) \
	A("old-radacct", 1646) A("old-radius", 1645) C("olsr", 698) C("omniorb", 8088) \
	C("onscreen", 5080) C("opcua-tcp", 4840) C("opcua-tls", 4843) C("openflow", 6653) \
	C("openvpn", 1194) A("oracle", 1521) C("ospf6d", 2606) C("ospfapi", 2607) C("ospfd", 2604) \
	C("otv", 8472) C("owamp-control", 861) C("palace-5", 9996) C("pando-pub", 7680) \
	C("passwd-server", 752) A("passwd_server", 752) C("pawserv", 345) C("pcanywheredata", 5631) \
	C("pcanywherestat", 5632) C("pcp", 5351) C("pcp-multicast", 5350) C("pcsync-https", 8443) \
	C("pdl-datastream", 9100) A("php-fpm", 9000) C("pim-rp-disc", 496) C("pkix-3-ca-ra", 829) \
	C("pkix-timestamp", 318) C("plex", 32400) C("plysrv-https", 6771) A("pop-3", 110) \
	C("pop2", 109) C("pop3", 110) C("pop3s", 995) C("poppassd", 106) A("portmapper", 111) \
	A("postgres", 5432) C("postgresql", 5432) C("pptp", 1723) C("predict", 1210) \
	C("presence", 5298) C("printer", 515) C("printer-agent", 3396) C("privoxy", 8118) \
	C("profinet-cm", 34964) C("profinet-rt", 34962) C("profinet-rtm", 34963) \
	A("prometheus", 9090) C("proofd", 1093) C("ptp-event", 319) C("ptp-general", 320) \
	C("puppet", 8140) C("qmqp", 628) C("qmtp", 209) C("qotd", 17) A("quote", 17) \
	C("rabbitmq-admin", 15672) A("radacct", 1813) A("radan-http", 8088) C("radius", 1812) \
	C("radius-acct", 1813) C("radmin-port", 4899) C("radsec", 2083) A("rdp", 3389) \
	A("readnews", 119) C("redis", 6379) C("remctl", 4373) C("remoteanything", 3999) \
	C("rethinkdb", 28015) C("retrospect", 497) C("rfb", 5900) C("ripd", 2602) C("ripng", 521) \
	C("ripngd", 2603) C("rmiregistry", 1099) C("rmtcfg", 1236) C("rootd", 1094) C("route", 520) \
	A("routed", 520) A("router", 520) C("rpc2portmap", 369) C("rpki-rtr", 323) \
	C("rpki-rtr-tls", 324) C("rplay", 5555) A("rptp", 5556) C("rsync", 873) C("rtcm-sc104", 2101) \
	A("rtcp", 5005) A("rtp", 5004) C("rtsp", 554) C("rxmon", 1311) C("sa-msg-port", 1646) \
	C("saft", 487) C("salt-publish", 4505) C("salt-request", 4506) A("sane", 6566) \
	C("sane-port", 6566) A("saned", 6566) C("saprouter", 3299) C("savant", 11235) \
	C("sctp-tunneling", 9899) C("secure-mqtt", 8883) C("sflow", 6343) A("sftp", 22) \
	C("sge-execd", 6445) C("sge-qmaster", 6444) A("sge_execd", 6445) A("sge_qmaster", 6444) \
	C("sgi-cad", 17004) C("sgi-cmsd", 17001) C("sgi-crsd", 17002) C("sgi-gcd", 17003) \
	C("shell", 514) C("sieve", 4190) C("silc", 706) A("sink", 9) C("sip", 5060) \
	C("sip-tls", 5061) A("sips", 5061) C("skkserv", 1178) C("skype", 23399) A("smb", 445) \
	C("smpp", 2775) C("smtp", 25) A("smtps", 465) C("smux", 199) C("snmp", 161) \
	C("snmp-trap", 162) C("snmptls", 10161) C("snmptls-trap", 10162) A("snmptrap", 162) \
	A("snntp", 563) C("snpp", 444) C("socks", 1080) A("source", 19) A("source-engine", 27015) \
	C("spamd", 783) A("spooler", 515) C("sqlserv", 118) C("sqlsrv", 156) C("squid", 3128) \
	C("ssc-agent", 2967) C("ssdp", 1900) C("ssh", 22) A("ssmtp", 465) C("statsd", 8125) \
	C("steam", 27015) C("stomp", 61613) C("stun", 3478) C("stuns", 5349) C("submission", 587) \
	C("submissions", 465) A("subversion", 3690) A("sun-sr-https", 6443) C("sunrpc", 111) \
	C("supfiledbg", 1127) C("supfilesrv", 871) C("suucp", 4031) C("svn", 3690) C("svrloc", 427) \
	C("swarm", 2377) C("symb-sb-port", 3923) C("syncthing", 22000) C("syncthing-disc", 21027) \
	A("syslog", 514) C("syslog-tls", 6514) C("sysrqd", 4094) C("systat", 11) C("tacacs", 49) \
	C("tailscale", 41641) C("talk", 517) C("tcpmux", 1) C("teamviewer", 5938) C("telnet", 23) \
	C("telnets", 992) C("terabase", 4000) C("teredo", 3544) C("tfido", 60177) C("tftp", 69) \
	C("time", 37) C("timed", 525) A("timserver", 37) C("tinc", 655) A("tmi", 8300) \
	C("tor-dirport", 9030) A("tor-orport", 9001) C("tor-socks", 9050) C("tproxy", 8081) \
	C("transmission", 51413) A("trivnet1", 8200) A("tsap", 102) C("ttc", 2483) C("ttc-ssl", 2484) \
	A("ttytst", 19) C("tungsten-https", 9443) A("turn", 3478) A("turns", 5349) \
	C("twamp-control", 862) C("tzsp", 37008) C("ultraseek-http", 8765) C("unicall", 4343) \
	A("untp", 119) A("urd", 465) A("users", 11) C("uucp", 540) A("uucpd", 540) C("vault", 8200) \
	C("venus", 2430) C("venus-se", 2431) A("vnc", 5900) C("vnetd", 13724) C("vqp", 1589) \
	C("vrace", 9300) C("vxlan", 4789) A("wais", 210) C("wap-wsp", 9200) A("wccp", 2048) \
	A("webcache", 8080) C("webmin", 10000) C("websm", 9090) A("who", 513) A("whod", 513) \
	C("whois", 43) C("winbox", 8291) C("winfs", 5009) A("winrm", 5985) A("winrm-s", 5986) \
	C("wins", 1512) C("wireguard", 51820) C("wnn6", 22273) C("ws-discovery", 3702) \
	C("wsdapi", 5357) C("wsdapi-s", 5358) C("wsman", 5985) C("wsmans", 5986) C("wsus", 8530) \
	C("wsus-s", 8531) A("www", 80) C("x11", 6000) A("x11-0", 6000) C("x11-1", 6001) \
	C("x11-2", 6002) C("x11-3", 6003) C("x11-4", 6004) C("x11-5", 6005) C("x11-6", 6006) \
	C("x11-7", 6007) C("x25-svc-port", 1998) C("xdmcp", 177) A("xfs", 7100) C("xinetd", 9098) \
	C("xmltec-xmlmail", 9091) C("xmms2", 9667) C("xmpp-bosh", 5280) C("xmpp-client", 5222) \
	C("xmpp-server", 5269) C("xss-srv-port", 3646) C("xtel", 1313) C("xtelw", 1314) \
	C("z3950", 210) C("zabbix-agent", 10050) C("zabbix-trapper", 10051) C("zebra", 2601) \
	C("zebrasrv", 2600) C("zephyr-clt", 2103) C("zephyr-hm", 2104) C("zephyr-srv", 2102) \
	C("zerotier", 9993) A("zookeeper", 2181) C("zope", 9673) C("zope-ftp", 8021) C("zserv", 346)

static const struct name_entry service_entries[] = { SERVICES(NAME_ENTRY, NAME_ENTRY) };
const struct nametab names_services = { "service", service_entries,
					sizeof(service_entries) / sizeof(service_entries[0]), NULL, 0 };
