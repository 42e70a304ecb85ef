# What belongs to a flow that the rules passed.
== the issue: default in drop stops everything but ND and ARP
rules:
default in drop
packets:
in 0 udp 10.0.0.1:1000 > 10.0.0.2:53 total 19 = drop 0 malformed
in 0 udp 10.0.0.1:1000 > 10.0.0.2:53 vlan 5 = drop 0 default
in 0 udp 10.0.0.1:1000 > 10.0.0.2:53 vlan 5 vlan 6 = drop 0 default
in 0 udp [2001:db8::1]:1 > [2001:db8::2]:2 ext hrd = drop 0 default
in 0 udp 10.0.0.1:1000 > 10.0.0.2:53 payload 8 frag 10 = drop 0 fragment
in 0 udp 2001:db8::1 > 2001:db8::2 payload 8 frag 10 = drop 0 fragment
in 0 sctp 10.0.0.1:1000 > 10.0.0.2:53 = drop 0 default
in 0 icmp 2001:db8::1 > 2001:db8::2 type 1 = drop 0 default
in 0 ping 2001:db8::1 > 2001:db8::2 id 1 = drop 0 default
in 0 icmp fe80::1 > ff02::1 type 135 ttl 254 = drop 0 default
in 0 icmp fe80::1 > ff02::1 type 135 ttl 255 = pass 0 nd
in 0 arp = pass 0 nd
in 0 50 10.0.0.1 > 10.0.0.2 payload 20 = drop 0 default
in 0 59 2001:db8::1 > 2001:db8::2 = drop 0 default
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 S cut 20 = drop 0 truncated
in 0 tcp [2001:db8::1]:1 > [2001:db8::2]:2 ext hhhhhhhhh = drop 0 too-deep
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 vlan 1 vlan 2 vlan 3 = drop 0 too-deep
flows:

== a reply needs no rule, what is no reply does
rules:
default in drop
default out drop
pass out proto udp to any port 53
packets:
in 0 udp 10.0.0.2:53 > 10.0.0.1:1000 = drop 0 default
out 1 udp 10.0.0.1:1000 > 10.0.0.2:53 payload 2 = pass 1 rule
in 1.1 udp 10.0.0.2:53 > 10.0.0.1:1000 payload 100 = pass 1 state cached
in 1.2 udp 10.0.0.2:53 > 10.0.0.1:1000 payload 100 = pass 1 state cached
out 1.3 udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 1 rule cached
in 1.4 udp 10.0.0.2:53 > 10.0.0.1:1001 = drop 0 default
in 1.4 udp 10.0.0.2:54 > 10.0.0.1:1000 = drop 0 default
in 1.4 udp 10.0.0.3:53 > 10.0.0.1:1000 = drop 0 default
in 1.4 udplite 10.0.0.2:53 > 10.0.0.1:1000 = drop 0 default
in 1.4 udp 10.0.0.2:53 > 10.0.0.1:1000 vlan 9 = drop 0 default
out 1.5 udp 10.0.0.1:1000 > 10.0.0.2:54 = drop 0 default
flows:
udp 10.0.0.1:1000 > 10.0.0.2:53 : state replied packets 2/2 bytes 58/256 out 1 in - confirmed yes first 1 last 1.3

== state does not depend on the hook: replies in the same direction
rules:
default in drop
pass in proto tcp to any port 80
packets:
in 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 S = pass 1 rule
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1000 SA = pass 1 state cached
in 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 A = pass 1 rule cached
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1000 PA payload 9 = pass 1 state cached
flows:
tcp 10.0.0.1:1000 > 10.0.0.2:80 : state established packets 2/2 bytes 80/89 flags SA/SPA in 1 out - confirmed yes

== a drop of one direction does not stop replies
rules:
drop in from 10.0.0.2
pass out proto udp
packets:
in 0 udp 10.0.0.2:53 > 10.0.0.1:1000 = drop 1 rule
out 0 udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 2 rule
in 0 udp 10.0.0.2:53 > 10.0.0.1:1000 = pass 2 state cached
in 0 udp 10.0.0.2:54 > 10.0.0.1:1000 = drop 1 rule
flows:
udp 10.0.0.1:1000 > 10.0.0.2:53 : state replied packets 1/1 out 2 in -

== both directions of a forwarded flow are judged by their own rules
rules:
default in drop
default out drop
pass in to any port 80
pass out to 10.0.0.2
drop out to 10.0.0.3
packets:
in 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 S = pass 1 rule
out 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 S = pass 2 rule
out 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 S = pass 2 rule cached
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1000 SA = pass 2 state cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1000 SA = pass 1 state cached
in 0 tcp 10.0.0.1:1000 > 10.0.0.3:80 S = pass 1 rule
out 0 tcp 10.0.0.1:1000 > 10.0.0.3:80 S = drop 3 rule
out 0 tcp 10.0.0.1:1000 > 10.0.0.3:80 S = drop 3 rule cached
flows:
tcp 10.0.0.1:1000 > 10.0.0.2:80 : packets 3/2 in 1 out 2
tcp 10.0.0.1:1000 > 10.0.0.3:80 : packets 1/0 in 1 out 3

== a default pass is stateful
rules:
default in pass
default out drop
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 0 default
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 0 default cached
out 0 udp 10.0.0.2:2 > 10.0.0.1:1 = pass 0 state cached
out 0 udp 10.0.0.2:3 > 10.0.0.1:1 = drop 0 default
flows:
udp 10.0.0.1:1 > 10.0.0.2:2 : packets 2/1 in 0 out -

== a stateless default makes no flow
rules:
default in pass stateless
default out drop
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 0 default
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 0 default
out 0 udp 10.0.0.2:2 > 10.0.0.1:1 = drop 0 default
flows:

== no rules at all: everything passes, and is a flow
rules:
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 0 default
out 0 udp 10.0.0.2:2 > 10.0.0.1:1 = pass 0 state cached
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 = pass 0 default
in 0 udp 10.0.0.2:2 > 10.0.0.1:1 udplen 1 = pass 0 malformed
in 0 ethertype 0x88cc = pass 0 nonip
flows:
udp 10.0.0.1:1 > 10.0.0.2:2 : packets 1/1

== a stateless rule is asked each time
rules:
default in drop
default out drop
pass in proto udp to any port 53 stateless
pass out proto udp from any port 53 to 10.0.0.1 stateless
packets:
in 0 udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 1 rule
in 0 udp 10.0.0.1:1000 > 10.0.0.2:53 = pass 1 rule
out 0 udp 10.0.0.2:53 > 10.0.0.1:1000 = pass 2 rule
in 0 udp 10.0.0.3:1000 > 10.0.0.2:53 = pass 1 rule
out 0 udp 10.0.0.2:53 > 10.0.0.3:1000 = drop 0 default
flows:

== a stateless drop is a drop
rules:
drop in proto udp stateless
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 = drop 1 rule
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 0 default
in 0 udp 10.0.0.2:2 > 10.0.0.1:1 = pass 0 state cached
flows:
udp 10.0.0.1:1 > 10.0.0.2:2 : packets 1/1 out 0

== first match wins
rules:
default in drop
pass in from 10.0.0.0/24
drop in from 10.0.0.0/16
pass in from 10.0.0.0/8
drop in
pass in
packets:
in 0 udp 10.0.0.1:1 > 192.0.2.1:2 = pass 1 rule
in 0 udp 10.0.1.1:1 > 192.0.2.1:2 = drop 2 rule
in 0 udp 10.1.0.1:1 > 192.0.2.1:2 = pass 3 rule
in 0 udp 11.0.0.1:1 > 192.0.2.1:2 = drop 4 rule
out 0 udp 11.0.0.1:1 > 192.0.2.1:2 = pass 0 default

== endpoints with one address and port, and both in order
rules:
packets:
in 0 udp 10.0.0.1:5 > 10.0.0.1:5 = pass 0 default
in 0 udp 10.0.0.1:5 > 10.0.0.1:5 = pass 0 default cached
in 0 udp 10.0.0.1:5 > 10.0.0.1:6 = pass 0 default
in 0 udp 10.0.0.1:6 > 10.0.0.1:5 = pass 0 state cached
in 0 udp [2001:db8::2]:5 > [2001:db8::1]:6 = pass 0 default
in 0 udp [2001:db8::1]:6 > [2001:db8::2]:5 = pass 0 state cached
in 0 udp [2001:db8::1]:5 > [2001:db8::2]:6 = pass 0 default
in 0 udp [2001:db8:1::1]:5 > [2001:db8::1]:5 = pass 0 default
in 0 udp [2001:db8::1]:5 > [2001:db8:1::1]:5 = pass 0 state cached

== a packet with our own address, from outside, ends no connection of ours
rules:
default in drop
packets:
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 0 default
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000 ack 1001 = pass 0 state cached
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5001 = pass 0 default cached
in 1 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5001 = drop 0 default
in 2 tcp 10.0.0.2:80 > 10.0.0.1:1 PA seq 5001 ack 1001 payload 9 = pass 0 state cached
out 2 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5010 = pass 0 default cached

== a mapped address on the wire is never an IPv4 flow
rules:
default in drop
pass out
packets:
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 1 rule
in 0 udp ::ffff:10.0.0.2 > ::ffff:10.0.0.1 = drop 0 malformed
out 0 udp [2001:db8::1]:1 > [::ffff:10.0.0.1]:2 = pass 1 rule
in 0 udp 10.0.0.2:2 > 10.0.0.1:1 = pass 1 state cached

== other protocols have flows of their addresses
rules:
default in drop
pass out
packets:
out 0 47 10.0.0.1 > 10.0.0.2 payload 10 = pass 1 rule
in 0 47 10.0.0.2 > 10.0.0.1 = pass 1 state cached
in 0 50 10.0.0.2 > 10.0.0.1 = drop 0 default
out 0 sctp 10.0.0.1:1 > 10.0.0.2:2 = pass 1 rule
in 0 sctp 10.0.0.2:2 > 10.0.0.1:1 = pass 1 state cached
in 0 sctp 10.0.0.2:3 > 10.0.0.1:1 = drop 0 default
out 0 dccp 10.0.0.1:1 > 10.0.0.2:2 = pass 1 rule
in 0 dccp 10.0.0.2:2 > 10.0.0.1:1 = pass 1 state cached
out 0 udplite 10.0.0.1:1 > 10.0.0.2:2 = pass 1 rule
in 0 udplite 10.0.0.2:2 > 10.0.0.1:1 = pass 1 state cached
in 0 udp 10.0.0.2:2 > 10.0.0.1:1 = drop 0 default
flows:
47 10.0.0.1 > 10.0.0.2 : state replied packets 1/1 bytes 30/20
sctp 10.0.0.1:1 > 10.0.0.2:2 : state replied
dccp 10.0.0.1:1 > 10.0.0.2:2 : state replied
udplite 10.0.0.1:1 > 10.0.0.2:2 : state replied

== both VLAN tags are in the key
rules:
default in drop
pass out
packets:
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 qinq 5 vlan 6 = pass 1 rule
in 0 udp 10.0.0.2:2 > 10.0.0.1:1 qinq 5 vlan 6 = pass 1 state cached
in 0 udp 10.0.0.2:2 > 10.0.0.1:1 vlan 5 = drop 0 default
in 0 udp 10.0.0.2:2 > 10.0.0.1:1 vlan 6 vlan 5 = drop 0 default
in 0 udp 10.0.0.2:2 > 10.0.0.1:1 = drop 0 default
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 vlan 0 = pass 1 rule
in 0 udp 10.0.0.2:2 > 10.0.0.1:1 = pass 1 state cached
flows:
udp 10.0.0.1:1 > 10.0.0.2:2 qinq 5 vlan 6 : packets 1/1
udp 10.0.0.1:1 > 10.0.0.2:2 : packets 1/1
