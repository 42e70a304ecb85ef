# Fragments: first ones, later ones that follow, later ones whose first was not seen.
== unseen first: judged without ports, type or flags
rules:
default in drop
pass in proto udp to any port 53
pass in proto tcp flags S/S
pass in proto icmp icmp-type echo-request
pass in from 10.0.0.9
pass in proto sctp
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 8 frag 3 = drop 0 fragment
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 8 frag 3+ = drop 0 fragment
in 0 tcp 10.0.0.1:1 > 10.0.0.2:53 S payload 8 frag 3 = drop 0 fragment
in 0 ping 10.0.0.1 > 10.0.0.2 payload 8 frag 3 = drop 0 fragment
in 0 udp 10.0.0.9:1 > 10.0.0.2:53 payload 8 frag 3 = pass 4 rule
in 0 udp 10.0.0.9:1 > 10.0.0.2:53 payload 8 frag 3 = pass 4 rule
in 0 sctp 2001:db8::1 > 2001:db8::2 payload 8 frag 3 = pass 5 rule
in 0 udp 2001:db8::1 > 2001:db8::2 payload 8 frag 3 = drop 0 fragment
out 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 8 frag 3 = pass 0 fragment
flows:

== frag is any fragment, first or later; an atomic one is none
rules:
drop in frag
pass in
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 8 udplen 99 frag 0+ fragid 1 = drop 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 8 frag 3+ fragid 2 = drop 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 8 frag 3 fragid 3 = drop 1 rule
in 0 udp [2001:db8::1]:1 > [2001:db8::2]:53 frag 0 = pass 2 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 = pass 2 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 8 udplen 99 frag 0+ fragid 4 = drop 1 rule
flows:
udp [2001:db8::1]:1 > [2001:db8::2]:53 : packets 1/0
udp 10.0.0.1:1 > 10.0.0.2:53 : packets 1/0

== a first fragment has ports and makes a flow
rules:
default in drop
pass in proto udp to any port 53
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 8 udplen 99 frag 0+ fragid 1 = pass 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 = pass 1 rule cached
out 0 udp 10.0.0.2:53 > 10.0.0.1:1 = pass 1 state cached
in 0 udp [2001:db8::1]:1 > [2001:db8::2]:53 payload 8 udplen 99 frag 0+ = pass 1 rule
in 0 udp [2001:db8::1]:1 > [2001:db8::2]:54 payload 8 udplen 99 frag 0+ fragid 3 = drop 0 default
flows:
udp 10.0.0.1:1 > 10.0.0.2:53 : packets 2/1
udp [2001:db8::1]:1 > [2001:db8::2]:53 : packets 1/0

== later ones follow their first one, and add to its flow
rules:
default in drop
pass in proto udp to any port 53
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 16 udplen 99 frag 0+ fragid 5 = pass 1 rule
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3+ fragid 5 = pass 1 fragment cached
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 6 fragid 5 = pass 1 fragment cached
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 6 fragid 6 = drop 0 fragment
in 0 udplite 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 5 = drop 0 fragment
in 0 udp 10.0.0.3 > 10.0.0.2 payload 24 frag 3 fragid 5 = drop 0 fragment
in 0 udp 10.0.0.2 > 10.0.0.1 payload 24 frag 3 fragid 5 = drop 0 fragment
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 5 vlan 7 = drop 0 fragment
in 0 udp [2001:db8::1]:1 > [2001:db8::2]:53 payload 16 udplen 99 frag 0+ fragid 70000 = pass 1 rule
in 0 udp 2001:db8::1 > 2001:db8::2 payload 24 frag 3+ fragid 70000 = pass 1 fragment cached
in 0 udp 2001:db8::1 > 2001:db8::2 payload 24 frag 6 fragid 70000 = pass 1 fragment cached
in 0 udp 2001:db8::1 > 2001:db8::2 payload 24 frag 6 fragid 4464 = drop 0 fragment
flows:
udp 10.0.0.1:1 > 10.0.0.2:53 : packets 3/0 bytes 132/0
udp [2001:db8::1]:1 > [2001:db8::2]:53 : packets 3/0 bytes 216/0

== in any order behind the first one
rules:
default in drop
pass in proto udp to any port 53
packets:
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 9 fragid 5 = drop 0 fragment
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 16 udplen 99 frag 0+ fragid 5 = pass 1 rule
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 6+ fragid 5 = pass 1 fragment cached
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3+ fragid 5 = pass 1 fragment cached
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 9 fragid 5 = pass 1 fragment cached
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 6+ fragid 5 = pass 1 fragment cached
flows:
udp 10.0.0.1:1 > 10.0.0.2:53 : packets 5/0 bytes 220/0

== a dropped first one takes the later ones along
rules:
drop in proto udp to any port 53
pass in from 10.0.0.1
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 16 udplen 99 frag 0+ fragid 5 = drop 1 rule
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 5 = drop 1 fragment cached
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 6 = pass 2 rule
flows:

== by a default, stateless, of a reply, of an ICMP query
rules:
default in drop
default out pass stateless
pass in proto tcp to any port 80 stateless
pass in icmp-type echo-request
pass in proto udp
packets:
out 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 16 udplen 99 frag 0+ fragid 5 = pass 0 default
out 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 5 = pass 0 fragment cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A payload 28 frag 0+ fragid 5 = pass 1 rule
in 0 tcp 10.0.0.1 > 10.0.0.2 payload 24 frag 6 fragid 5 = pass 1 fragment cached
in 0 ping 10.0.0.1 > 10.0.0.2 id 7 payload 40 frag 0+ fragid 6 = pass 2 rule
in 0 icmp 10.0.0.1 > 10.0.0.2 payload 24 frag 6 fragid 6 = pass 2 fragment cached
out 0 pong 10.0.0.2 > 10.0.0.1 id 7 payload 40 frag 0+ fragid 7 = pass 2 state cached
out 0 icmp 10.0.0.2 > 10.0.0.1 payload 24 frag 6 fragid 7 = pass 2 fragment cached
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 = pass 3 rule
out 0 udp 10.0.0.2:53 > 10.0.0.1:1 payload 40 udplen 72 frag 0+ fragid 8 = pass 3 state cached
out 0 udp 10.0.0.2 > 10.0.0.1 payload 24 frag 6 fragid 8 = pass 3 fragment cached
flows:
ping 10.0.0.1 > 10.0.0.2 id 7 : packets 2/2 bytes 112/112
udp 10.0.0.1:1 > 10.0.0.2:53 : packets 1/2 bytes 28/112

== per-packet rules are asked of the first one only
rules:
drop in length 44
pass in ttl 64 label "first"
pass in
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 40 udplen 99 frag 0+ fragid 5 = pass 2 rule
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 6+ fragid 5 = pass 2 fragment cached
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 9 ttl 3 fragid 5 = pass 2 fragment cached
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 16 udplen 99 frag 0+ fragid 6 = drop 1 rule
in 0 udp 10.0.0.1 > 10.0.0.2 payload 16 frag 3 fragid 6 = drop 1 fragment cached
flows:
udp 10.0.0.1:1 > 10.0.0.2:53 : packets 3/0

== a datagram is remembered for 30 s from its first fragment on
rules:
default in drop
pass in proto udp to any port 53
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 16 udplen 99 frag 0+ fragid 5 = pass 1 rule
in 20 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3+ fragid 5 = pass 1 fragment cached
in 30 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 6+ fragid 5 = pass 1 fragment cached
in 30.001 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 9 fragid 5 = drop 0 fragment
in 30.001 udp 10.0.0.1:2 > 10.0.0.2:54 payload 16 udplen 99 frag 0+ fragid 5 = drop 0 default
in 31 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 5 = drop 0 fragment cached
flows:
udp 10.0.0.1:1 > 10.0.0.2:53 : packets 3/0 last 30

== option timeout fragment
rules:
option timeout fragment 5s
default in drop
pass in proto udp to any port 53
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 16 udplen 99 frag 0+ fragid 5 = pass 1 rule
in 5 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3+ fragid 5 = pass 1 fragment cached
in 5.1 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 6 fragid 5 = drop 0 fragment

== an overlapping first one is dropped, whatever the rules say of it
rules:
default in drop
pass in proto udp to any port { 53 54 }
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 16 udplen 99 frag 0+ fragid 5 = pass 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:54 payload 16 udplen 99 frag 0+ fragid 5 = drop 0 fragment-overlap
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 16 udplen 99 frag 0+ fragid 5 = drop 0 fragment-overlap
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 5 = pass 1 fragment cached
in 0 udp [2001:db8::1]:1 > [2001:db8::2]:53 payload 16 udplen 99 frag 0+ fragid 5 = pass 1 rule
in 0 udp [2001:db8::1]:1 > [2001:db8::2]:54 payload 16 udplen 99 frag 0+ fragid 5 = drop 0 fragment-overlap
flows:
udp 10.0.0.1:1 > 10.0.0.2:53 : packets 2/0
udp [2001:db8::1]:1 > [2001:db8::2]:53 : packets 1/0

== when all of a datagram was there, another may have its identification
rules:
default in drop
pass in proto udp to any port { 53 54 }
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 16 udplen 48 frag 0+ fragid 5 = pass 1 rule
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 5 = pass 1 fragment cached
in 1 udp 10.0.0.1:2 > 10.0.0.2:54 payload 16 udplen 48 frag 0+ fragid 5 = pass 1 rule
in 1 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 5 = pass 1 fragment cached
in 2 udp 10.0.0.1:3 > 10.0.0.2:55 payload 16 udplen 48 frag 0+ fragid 5 = drop 0 default
in 2 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 5 = drop 0 fragment cached
flows:
udp 10.0.0.1:1 > 10.0.0.2:53 : packets 2/0
udp 10.0.0.1:2 > 10.0.0.2:54 : packets 2/0

== a later one that begins within the first one is dropped
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S payload 20 frag 0+ fragid 5 = pass 0 default
in 0 tcp 10.0.0.1 > 10.0.0.2 payload 24 frag 4+ fragid 5 = drop 0 fragment-overlap
in 0 tcp 10.0.0.1 > 10.0.0.2 payload 24 frag 3+ fragid 5 = drop 0 fragment-overlap
in 0 tcp 10.0.0.1 > 10.0.0.2 payload 24 frag 5 fragid 5 = pass 0 fragment cached
in 0 udp [2001:db8::1]:1 > [2001:db8::2]:53 payload 16 udplen 99 frag 0+ fragid 5 = pass 0 default
in 0 udp 2001:db8::1 > 2001:db8::2 payload 24 frag 2 fragid 5 = drop 0 fragment-overlap
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : packets 2/0 bytes 104/0 flags S/-
udp [2001:db8::1]:1 > [2001:db8::2]:53 : packets 1/0

== RFC 1858 and 3128: no later one lies within a transport header, its first one seen or not
rules:
pass in
packets:
in 0 tcp 10.0.0.1 > 10.0.0.2 payload 24 frag 1 fragid 5 = drop 0 fragment-overlap
in 0 tcp 10.0.0.1 > 10.0.0.2 payload 24 frag 2+ fragid 5 = drop 0 fragment-overlap
in 0 tcp 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 5 = pass 1 rule
in 0 sctp 10.0.0.1 > 10.0.0.2 payload 24 frag 1 fragid 5 = drop 0 fragment-overlap
in 0 sctp 10.0.0.1 > 10.0.0.2 payload 24 frag 2 fragid 5 = pass 1 rule
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 1 fragid 5 = pass 1 rule
in 0 47 10.0.0.1 > 10.0.0.2 payload 24 frag 1 fragid 5 = pass 1 rule
in 0 tcp 2001:db8::1 > 2001:db8::2 payload 24 frag 1 fragid 5 = drop 0 fragment-overlap
in 0 tcp 2001:db8::1 > 2001:db8::2 payload 24 frag 3 fragid 5 = pass 1 rule
flows:

== a tiny first one: its headers go on in the next
rules:
default malformed pass
pass in
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S frag 0+ total 28 fragid 5 = drop 0 fragment-tiny
in 0 tcp 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 5 = drop 0 fragment cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S frag 0+ total 36 fragid 6 = drop 0 fragment-tiny
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S tcpopts 12 frag 0+ total 44 fragid 7 = drop 0 fragment-tiny
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S tcpopts 12 frag 0+ total 52 fragid 8 = pass 1 rule
in 0 sctp 10.0.0.1:1 > 10.0.0.2:80 frag 0+ total 28 fragid 9 = drop 0 fragment-tiny
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 frag 0+ total 24 fragid 10 = drop 0 fragment-tiny
in 0 tcp [2001:db8::1]:1 > [2001:db8::2]:80 S frag 0+ total 16 fragid 5 = drop 0 fragment-tiny
in 0 tcp [2001:db8::1]:1 > [2001:db8::2]:80 S ext fd frag 0+ total 16 fragid 6 = drop 0 fragment-tiny
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 total 24 = pass 0 malformed
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : packets 1/0

== IPv6: later ones are of the protocol that stands in the fragment header
rules:
default in drop
pass in proto udp to any port 53
packets:
in 0 udp [2001:db8::1]:1 > [2001:db8::2]:53 ext fd payload 8 udplen 99 frag 0+ fragid 5 = pass 1 rule
in 0 60 2001:db8::1 > 2001:db8::2 payload 24 frag 3+ fragid 5 = pass 1 fragment cached
in 0 udp 2001:db8::1 > 2001:db8::2 payload 24 frag 6 fragid 5 = drop 0 fragment
flows:
udp [2001:db8::1]:1 > [2001:db8::2]:53 : packets 2/0

== IPv6: an atomic fragment and real ones of one identification
rules:
default in drop
pass in proto udp to any port 53
packets:
in 0 udp [2001:db8::1]:1 > [2001:db8::2]:53 frag 0 fragid 5 = pass 1 rule
in 0 udp [2001:db8::1]:2 > [2001:db8::2]:54 payload 16 udplen 99 frag 0+ fragid 5 = drop 0 default
in 0 udp 2001:db8::1 > 2001:db8::2 payload 24 frag 3 fragid 5 = drop 0 fragment cached
in 0 udp [2001:db8::1]:1 > [2001:db8::2]:53 frag 0 fragid 5 = pass 1 rule cached

== a first one that is malformed, and what follows it
rules:
default malformed drop
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S offset 4 payload 12 frag 0+ fragid 5 = drop 0 malformed
in 0 tcp 10.0.0.1 > 10.0.0.2 payload 24 frag 4 fragid 5 = drop 0 fragment cached
in 0 tcp 10.0.0.1 > 10.0.0.2 payload 24 frag 4 fragid 6 = pass 0 fragment

== forwarded: each hook judges the first one, and later ones by it
rules:
default in drop
default out drop
pass in proto udp to any port 53
pass out proto udp to any port 53
drop out to 10.0.0.3
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 16 udplen 99 frag 0+ fragid 5 = pass 1 rule
out 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 16 udplen 99 frag 0+ fragid 5 = pass 2 rule
in 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 5 = pass 1 fragment cached
out 0 udp 10.0.0.1 > 10.0.0.2 payload 24 frag 3 fragid 5 = pass 2 fragment cached
in 0 udp 10.0.0.1:1 > 10.0.0.3:53 payload 16 udplen 99 frag 0+ fragid 6 = pass 1 rule
out 0 udp 10.0.0.1:1 > 10.0.0.3:54 payload 16 udplen 99 frag 0+ fragid 6 = drop 3 rule
in 0 udp 10.0.0.1 > 10.0.0.3 payload 24 frag 3 fragid 6 = pass 1 fragment cached
out 0 udp 10.0.0.1 > 10.0.0.3 payload 24 frag 3 fragid 6 = drop 3 fragment cached
