# ICMP: queries make flows, replies belong to them, all else is judged packet by packet.
== echo request and reply
rules:
default in drop
pass out proto { icmp icmp6 }
packets:
in 0 pong 10.0.0.2 > 10.0.0.1 id 7 = drop 0 default
out 0 ping 10.0.0.1 > 10.0.0.2 id 7 = pass 1 rule
in 0 pong 10.0.0.2 > 10.0.0.1 id 7 = pass 1 state cached
out 0 ping 10.0.0.1 > 10.0.0.2 id 7 = pass 1 rule cached
in 0 pong 10.0.0.2 > 10.0.0.1 id 8 = drop 0 default
in 0 ping 10.0.0.2 > 10.0.0.1 id 7 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 14 id 7 = drop 0 default
in 0 pong 10.0.0.3 > 10.0.0.1 id 7 = drop 0 default
out 0 ping 2001:db8::1 > 2001:db8::2 id 7 = pass 1 rule
in 0 pong 2001:db8::2 > 2001:db8::1 id 7 = pass 1 state cached
in 0 icmp 2001:db8::2 > 2001:db8::1 type 140 id 7 = drop 0 default
flows:
ping 10.0.0.1 > 10.0.0.2 id 7 : state replied packets 2/1 bytes 56/28 confirmed yes
ping 2001:db8::1 > 2001:db8::2 id 7 : state replied packets 1/1

== both may ask under one identifier
rules:
packets:
in 0 ping 10.0.0.1 > 10.0.0.2 id 7 = pass 0 default
out 0 ping 10.0.0.2 > 10.0.0.1 id 7 = pass 0 default
out 0 pong 10.0.0.2 > 10.0.0.1 id 7 = pass 0 state cached
in 0 pong 10.0.0.1 > 10.0.0.2 id 7 = pass 0 state cached
in 0 pong 10.0.0.1 > 10.0.0.2 id 7 = pass 0 state cached
flows:
ping 10.0.0.1 > 10.0.0.2 id 7 : packets 1/1
ping 10.0.0.2 > 10.0.0.1 id 7 : packets 1/2

== a host asks itself
rules:
default in drop
pass out
pass in icmp-type echo-request
packets:
in 0 pong 10.0.0.1 > 10.0.0.1 id 7 = drop 0 default
out 0 ping 10.0.0.1 > 10.0.0.1 id 7 = pass 1 rule
in 0 ping 10.0.0.1 > 10.0.0.1 id 7 = pass 2 rule
out 0 pong 10.0.0.1 > 10.0.0.1 id 7 = pass 1 state cached
in 0 pong 10.0.0.1 > 10.0.0.1 id 7 = pass 1 state cached
in 0 pong 2001:db8::1 > 2001:db8::1 id 7 = drop 0 default
flows:
ping 10.0.0.1 > 10.0.0.1 id 7 : state replied packets 2/2

== an unsolicited reply makes no flow
rules:
default out drop
packets:
in 0 pong 10.0.0.2 > 10.0.0.1 id 7 = pass 0 default
in 0 pong 10.0.0.2 > 10.0.0.1 id 7 = pass 0 default
out 0 ping 10.0.0.1 > 10.0.0.2 id 7 = drop 0 default
flows:

== all queries
rules:
default in drop
pass out proto icmp
pass out proto icmp6
packets:
out 0 icmp 10.0.0.1 > 10.0.0.2 type 13 id 1 = pass 1 rule
in 0 icmp 10.0.0.2 > 10.0.0.1 type 14 id 1 = pass 1 state cached
out 0 icmp 10.0.0.1 > 10.0.0.2 type 15 id 1 = pass 1 rule
in 0 icmp 10.0.0.2 > 10.0.0.1 type 16 id 1 = pass 1 state cached
out 0 icmp 10.0.0.1 > 10.0.0.2 type 17 id 1 = pass 1 rule
in 0 icmp 10.0.0.2 > 10.0.0.1 type 18 id 1 = pass 1 state cached
out 0 icmp 2001:db8::1 > 2001:db8::2 type 139 code 0 id 1 = pass 2 rule
in 0 icmp 2001:db8::2 > 2001:db8::1 type 140 code 0 id 1 = pass 2 state cached
out 0 icmp 10.0.0.1 > 10.0.0.2 type 10 = pass 1 rule
out 0 icmp 10.0.0.1 > 10.0.0.2 type 10 = pass 1 rule
in 0 icmp 10.0.0.2 > 10.0.0.1 type 9 = drop 0 default
out 0 icmp 2001:db8::1 > ff02::16 type 143 ttl 1 = pass 2 rule
out 0 icmp 2001:db8::1 > ff02::16 type 143 ttl 1 = pass 2 rule

== types and codes, by name and number
rules:
default in drop
pass in icmp-type echo-request stateless
pass in proto icmp icmp-type 3 code { 1 3-4 } stateless
pass in proto icmp6 icmp-type 1-4 stateless
pass in proto icmp icmp-type ! { 0-3 5 } stateless
packets:
in 0 ping 10.0.0.1 > 10.0.0.2 = pass 1 rule
in 0 ping 2001:db8::1 > 2001:db8::2 = pass 1 rule
in 0 icmp 10.0.0.1 > 10.0.0.2 type 3 code 1 = pass 2 rule
in 0 icmp 10.0.0.1 > 10.0.0.2 type 3 code 2 = drop 0 default
in 0 icmp 10.0.0.1 > 10.0.0.2 type 3 code 4 = pass 2 rule
in 0 icmp 2001:db8::1 > 2001:db8::2 type 3 code 1 = pass 3 rule
in 0 icmp 2001:db8::1 > 2001:db8::2 type 5 = drop 0 default
in 0 icmp 10.0.0.1 > 10.0.0.2 type 5 = drop 0 default
in 0 icmp 10.0.0.1 > 10.0.0.2 type 4 = pass 4 rule
in 0 icmp 10.0.0.1 > 10.0.0.2 type 255 = pass 4 rule
in 0 icmp 2001:db8::1 > 2001:db8::2 type 255 = drop 0 default
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 = drop 0 default

== neighbour discovery ahead of the rules
rules:
drop in
drop out
packets:
in 0 icmp fe80::1 > ff02::1 type 133 ttl 255 = pass 0 nd
out 0 icmp fe80::1 > ff02::1 type 136 ttl 255 = pass 0 nd
in 0 icmp fe80::1 > ff02::1 type 137 ttl 255 = drop 1 rule
in 0 icmp fe80::1 > ff02::1 type 135 ttl 64 = drop 1 rule
in 0 icmp fe80::1 > ff02::1 type 135 ttl 255 ext h = pass 0 nd
in 0 icmp fe80::1 > ff02::1 type 135 ttl 255 frag 0+ = drop 1 rule
in 0 arp = pass 0 nd
out 0 arp vlan 7 = pass 0 nd
flows:

== default nd rules
rules:
default nd rules
default nonip drop
default in drop
pass in proto icmp6 icmp-type nd-neighbor-solicit
packets:
in 0 icmp fe80::1 > ff02::1 type 135 ttl 255 = pass 1 rule
in 0 icmp fe80::1 > ff02::1 type 136 ttl 255 = drop 0 default
out 0 icmp fe80::1 > ff02::1 type 136 ttl 255 = pass 0 default
in 0 arp = drop 0 nonip
flows:
