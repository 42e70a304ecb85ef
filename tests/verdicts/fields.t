# Matches of rules.
== on: only with that interface
on eth0
rules:
default in drop
drop in on eth1
pass in on { eth2 eth0 } to any port 80
pass in on ! eth0
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 2 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:81 S = drop 0 default

== on: another interface
on eth1
rules:
default in drop
pass in on eth0
pass in on ! { eth0 eth2 } to any port 81
drop in on eth1
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = drop 3 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:81 S = pass 2 rule

== on: no interface
rules:
default in drop
pass in on eth0
pass in on ! eth0 to any port 81
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = drop 0 default
in 0 tcp 10.0.0.1:1 > 10.0.0.2:81 S = pass 2 rule

== families
rules:
default in drop
pass in inet proto udp stateless
drop in inet6 proto udp
pass in from { 10.0.0.0/8 2001:db8::/32 } stateless
pass in from ! 192.0.2.0/24 stateless
packets:
in 0 udp 192.0.2.1:1 > 10.0.0.2:2 = pass 1 rule
in 0 udp 2001:db8::1 > 2001:db8::2 = drop 2 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 S = pass 3 rule
in 0 tcp 2001:db8::1 > 2001:db8::2 S = pass 3 rule
in 0 tcp 192.0.2.1:1 > 10.0.0.2:2 S = drop 0 default
in 0 tcp 192.0.3.1:1 > 10.0.0.2:2 S = pass 4 rule
in 0 tcp 2001:db9::1 > 2001:db8::2 S = drop 0 default

== ports: tcp and udp where no proto is given, lists, ranges, negation
rules:
default in drop
pass in to any port { 80 8000-8099 } stateless
pass in proto sctp from any port 5 stateless
pass in proto udp to any port ! 1-1023 stateless
pass in proto { tcp udp sctp } from any port 65535 stateless
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:8099 = pass 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:8100 = pass 3 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:0 = pass 3 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:1023 = drop 0 default
in 0 sctp 10.0.0.1:1 > 10.0.0.2:80 = drop 0 default
in 0 udplite 10.0.0.1:1 > 10.0.0.2:80 = drop 0 default
in 0 sctp 10.0.0.1:5 > 10.0.0.2:80 = pass 2 rule
in 0 tcp 10.0.0.1:65535 > 10.0.0.2:1 S = pass 4 rule
in 0 ping 10.0.0.1 > 10.0.0.2 = drop 0 default

== protocols, negated and not
rules:
default in drop
drop in proto gre
pass in proto ! { tcp udp } stateless
packets:
in 0 47 10.0.0.1 > 10.0.0.2 = drop 1 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 S = drop 0 default
in 0 ping 10.0.0.1 > 10.0.0.2 = pass 2 rule
in 0 0 10.0.0.1 > 10.0.0.2 = pass 2 rule
in 0 255 10.0.0.1 > 10.0.0.2 = pass 2 rule
in 0 51 10.0.0.1 > 10.0.0.2 payload 24 = pass 2 rule
in 0 udp 2001:db8::1 > 2001:db8::2 ext ad = drop 0 default
in 0 59 2001:db8::1 > 2001:db8::2 ext ad = pass 2 rule

== VLANs: outer and inner
rules:
default in drop
pass in vlan 100 stateless
pass in inner-vlan 7 stateless
pass in vlan 0 proto tcp stateless
pass in vlan ! { 0 1-99 } inner-vlan 4095 stateless
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 vlan 100 = pass 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 qinq 100 vlan 7 = pass 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 qinq 7 vlan 100 = drop 0 default
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 qinq 1 vlan 7 = pass 2 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 S = pass 3 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 S vlan 0x2000 = pass 3 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 S vlan 1 = drop 0 default
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 S vlan 101 vlan 4095 = pass 4 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 S vlan 99 vlan 4095 = drop 0 default

== dynamic sets: prefixes and addresses, both families, negated
rules:
default in drop
set nets { type net; 192.0.2.0/24, 10.0.0.0/8, 10.1.2.0/28, 2001:db8::/32 }
set hosts { type addr; 203.0.113.7, 2001:db9::1 }
set empty { type net; }
drop in from @hosts stateless
pass in from @nets to @hosts stateless
pass in from ! @nets proto tcp stateless
pass in from @empty stateless
packets:
in 0 udp 203.0.113.7:1 > 10.0.0.1:2 = drop 1 rule
in 0 udp 2001:db9::1 > 2001:db8::1 = drop 1 rule
in 0 udp 203.0.113.8:1 > 10.0.0.1:2 = drop 0 default
in 0 udp 10.1.2.3:1 > 203.0.113.7:2 = pass 2 rule
in 0 udp 192.0.2.255:1 > 203.0.113.7:2 = pass 2 rule
in 0 udp 192.0.3.0:1 > 203.0.113.7:2 = drop 0 default
in 0 udp 2001:db8:ffff::1 > 2001:db9::1 = pass 2 rule
in 0 udp 2001:dc0::1 > 2001:db9::1 = drop 0 default
in 0 tcp 2001:dc0::1 > 2001:db9::1 S = pass 3 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 S = drop 0 default
in 0 tcp 11.0.0.1:1 > 10.0.0.2:2 S = pass 3 rule
in 0 tcp ::ffff:10.0.0.1 > 2001:db9::1 S = drop 0 malformed

== a set with a stateful rule
rules:
default in drop
default out drop
set trusted { type net; 10.0.0.0/24 }
pass out to @trusted
packets:
out 0 udp 192.0.2.1:1 > 10.0.0.1:2 = pass 1 rule
in 0 udp 10.0.0.1:2 > 192.0.2.1:1 = pass 1 state cached
out 0 udp 192.0.2.1:1 > 10.0.1.1:2 = drop 0 default

== labels and defines change nothing
rules:
default in drop
define web = { 10.0.0.10, 10.0.0.11 }
pass in proto tcp from any to $web port { 80 443 } label "web"
pass in proto tcp from ! $web to any port 22 label "ssh"
packets:
in 0 tcp 192.0.2.1:1 > 10.0.0.11:443 S = pass 1 rule
in 0 tcp 192.0.2.1:1 > 10.0.0.12:443 S = drop 0 default
in 0 tcp 192.0.2.1:1 > 10.0.0.12:22 S = pass 2 rule
in 0 tcp 10.0.0.10:1 > 10.0.0.12:22 S = drop 0 default
