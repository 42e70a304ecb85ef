# ICMP errors: those about a packet of a flow pass with it.
== IPv4: all kinds, about the initiator's packet
rules:
default in drop
pass out proto udp
packets:
out 0 udp 10.0.0.1:1000 > 10.0.0.2:53 payload 20 = pass 1 rule
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 payload 20 = pass 1 related cached
in 0 icmp 10.0.0.254 > 10.0.0.1 type 3 code 4 quote udp 10.0.0.1:1000 > 10.0.0.2:53 payload 20 = pass 1 related cached
in 0 icmp 10.0.0.254 > 10.0.0.1 type 3 code 13 quote udp 10.0.0.1:1000 > 10.0.0.2:53 cut 28 = pass 1 related cached
in 0 icmp 10.0.0.254 > 10.0.0.1 type 4 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 1 related cached
in 0 icmp 10.0.0.254 > 10.0.0.1 type 5 code 1 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 1 related cached
in 0 icmp 10.0.0.254 > 10.0.0.1 type 11 quote udp 10.0.0.1:1000 > 10.0.0.2:53 ttl 1 = pass 1 related cached
in 0 icmp 10.0.0.254 > 10.0.0.1 type 12 quote udp 10.0.0.1:1000 > 10.0.0.2:53 options 8 = pass 1 related cached
in 0 icmp 10.0.0.254 > 10.0.0.1 type 9 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = drop 0 default
in 0 icmp 10.0.0.254 > 10.0.0.1 type 40 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = drop 0 default
in 0 ping 10.0.0.254 > 10.0.0.1 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = drop 0 default
flows:
udp 10.0.0.1:1000 > 10.0.0.2:53 : state unreplied packets 1/0 bytes 48/0 last 0

== IPv6: all kinds
rules:
default in drop
pass out proto udp
packets:
out 0 udp [2001:db8::1]:1000 > [2001:db8::2]:53 payload 20 = pass 1 rule
in 0 icmp 2001:db8::2 > 2001:db8::1 type 1 code 4 quote udp [2001:db8::1]:1000 > [2001:db8::2]:53 payload 20 = pass 1 related cached
in 0 icmp 2001:db8::9 > 2001:db8::1 type 2 quote udp [2001:db8::1]:1000 > [2001:db8::2]:53 payload 20 = pass 1 related cached
in 0 icmp 2001:db8::9 > 2001:db8::1 type 3 quote udp [2001:db8::1]:1000 > [2001:db8::2]:53 ext hd = pass 1 related cached
in 0 icmp 2001:db8::9 > 2001:db8::1 type 4 code 1 quote udp [2001:db8::1]:1000 > [2001:db8::2]:53 cut 48 = pass 1 related cached
in 0 icmp 2001:db8::9 > 2001:db8::1 type 5 quote udp [2001:db8::1]:1000 > [2001:db8::2]:53 = drop 0 default
in 0 icmp 2001:db8::9 > 2001:db8::1 type 137 quote udp [2001:db8::1]:1000 > [2001:db8::2]:53 = drop 0 default
flows:
udp [2001:db8::1]:1000 > [2001:db8::2]:53 : packets 1/0

== about either direction, to the sender of what is quoted
rules:
default in drop
default out drop
pass in proto udp to any port 53
packets:
in 0 udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 1 rule
out 0 udp 10.0.0.2:53 > 10.0.0.1:1000 = pass 1 state cached
in 0 icmp 10.0.0.1 > 10.0.0.2 type 3 code 3 quote udp 10.0.0.2:53 > 10.0.0.1:1000 = pass 1 related cached
out 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 1 related cached
in 0 icmp 10.0.0.1 > 10.0.0.3 type 3 code 3 quote udp 10.0.0.2:53 > 10.0.0.1:1000 = drop 0 default
out 0 icmp 10.0.0.2 > 10.0.0.3 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = drop 0 default
in 0 icmp 10.0.0.1 > 10.0.0.2 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = drop 0 default
flows:
udp 10.0.0.1:1000 > 10.0.0.2:53 : packets 1/1 bytes 28/28

== not of a known flow: by the rules
rules:
default in drop
pass in proto icmp icmp-type 3 code 4
pass out proto udp
packets:
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 4 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 1 rule
out 0 udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 2 rule
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:54 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1001 > 10.0.0.2:53 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udplite 10.0.0.1:1000 > 10.0.0.2:53 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 vlan 5 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 cut 19 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 cut 23 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 cut 24 = pass 2 related cached
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 version 6 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 ihl 4 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 payload 24 frag 3 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 11 code 1 quote udp 10.0.0.1:1000 > 10.0.0.2:53 payload 24 udplen 99 frag 0+ = pass 2 related cached
in 30 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 2 related cached
in 30.1 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = drop 0 default
flows:
udp 10.0.0.1:1000 > 10.0.0.2:53 : packets 1/0

== about ICMP queries, and protocols without ports
rules:
default in drop
pass out
packets:
out 0 ping 10.0.0.1 > 10.0.0.2 id 7 = pass 1 rule
in 0 icmp 10.0.0.254 > 10.0.0.1 type 11 quote ping 10.0.0.1 > 10.0.0.2 id 7 = pass 1 related cached
in 0 icmp 10.0.0.254 > 10.0.0.1 type 11 quote ping 10.0.0.1 > 10.0.0.2 id 8 = drop 0 default
in 0 icmp 10.0.0.254 > 10.0.0.1 type 11 quote icmp 10.0.0.1 > 10.0.0.2 type 3 quote udp 10.0.0.2:1 > 10.0.0.1:2 = drop 0 default
out 0 ping 2001:db8::1 > 2001:db8::2 id 7 = pass 1 rule
in 0 icmp 2001:db8::9 > 2001:db8::1 type 3 quote ping 2001:db8::1 > 2001:db8::2 id 7 = pass 1 related cached
out 0 47 10.0.0.1 > 10.0.0.2 payload 20 = pass 1 rule
in 0 icmp 10.0.0.254 > 10.0.0.1 type 3 code 4 quote 47 10.0.0.1 > 10.0.0.2 payload 20 = pass 1 related cached
out 0 sctp 10.0.0.1:1 > 10.0.0.2:2 = pass 1 rule
in 0 icmp 10.0.0.254 > 10.0.0.1 type 3 code 2 quote sctp 10.0.0.1:1 > 10.0.0.2:2 cut 28 = pass 1 related cached
flows:
ping 10.0.0.1 > 10.0.0.2 id 7 : packets 1/0
ping 2001:db8::1 > 2001:db8::2 id 7 : packets 1/0
47 10.0.0.1 > 10.0.0.2 : packets 1/0
sctp 10.0.0.1:1 > 10.0.0.2:2 : packets 1/0

== no rule ahead stops it, but one with per-packet fields does; a stopped flow has none
rules:
default in drop
drop in proto icmp ttl 1
drop in proto icmp
pass in proto udp to any port 53
drop out to 10.0.0.3
pass out
packets:
out 0 udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 5 rule
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 5 related cached
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 ttl 1 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = drop 1 rule
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1001 > 10.0.0.2:53 = drop 2 rule
in 0 udp 10.0.0.1:1 > 10.0.0.3:53 = pass 3 rule
in 0 icmp 10.0.0.9 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1 > 10.0.0.3:53 = pass 3 related cached
out 0 udp 10.0.0.1:1 > 10.0.0.3:53 = drop 4 rule
in 0 icmp 10.0.0.9 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1 > 10.0.0.3:53 = drop 2 rule

== an error in fragments: later ones follow it
rules:
default in drop
pass out
packets:
out 0 udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 1 rule
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 frag 0+ fragid 9 quote udp 10.0.0.1:1000 > 10.0.0.2:53 payload 12 = pass 1 related cached
in 0 icmp 10.0.0.2 > 10.0.0.1 payload 24 frag 6 fragid 9 = pass 1 fragment cached
flows:
udp 10.0.0.1:1000 > 10.0.0.2:53 : packets 1/0

== no rules: an error about nothing passes by the default
rules:
packets:
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 0 default
flows:

== both tags are those of the flow
rules:
default in drop
pass out
packets:
out 0 udp 10.0.0.1:1000 > 10.0.0.2:53 qinq 5 vlan 6 = pass 1 rule
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 qinq 5 vlan 6 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 1 related cached
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 vlan 5 quote udp 10.0.0.1:1000 > 10.0.0.2:53 = drop 0 default
