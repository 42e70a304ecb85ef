# What cannot be parsed, and what is not IP.
== follows the direction's policy where not stated
rules:
default in drop
default out pass
pass in
drop out
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 ihl 4 = drop 0 malformed
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 ihl 4 = pass 0 malformed
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 cut 30 = drop 0 truncated
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 cut 30 = pass 0 truncated
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 vlan 1 vlan 2 vlan 3 = drop 0 too-deep
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 vlan 1 vlan 2 vlan 3 = pass 0 too-deep
in 0 ethertype 0x8847 = pass 0 nonip
out 0 ethertype 38 = pass 0 nonip
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 1 rule
flows:
udp 10.0.0.1:1 > 10.0.0.2:2 : packets 1/0

== default malformed drop
rules:
default malformed drop
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 ihl 4 = drop 0 malformed
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 ihl 4 = drop 0 malformed
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 cut 30 = drop 0 truncated
out 0 udp [2001:db8::1]:1 > [2001:db8::2]:2 ext ddddddddd = drop 0 too-deep
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 offset 4 = drop 0 malformed
in 0 udp ::ffff:10.0.0.1 > 2001:db8::1 = drop 0 malformed
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 cut 0 = drop 0 truncated
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 cut 0 = drop 0 truncated
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 cut 13 = drop 0 truncated
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 link ip cut 0 = drop 0 truncated
in 0 ethertype 0x88cc = pass 0 nonip

== default malformed pass
rules:
default in drop
default out drop
default malformed pass
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 ihl 4 = pass 0 malformed
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 ihl 4 = pass 0 malformed
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 cut 30 = pass 0 truncated
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 vlan 1 vlan 2 vlan 3 = pass 0 too-deep
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 = drop 0 default
flows:

== default nonip drop
rules:
default nonip drop
packets:
in 0 ethertype 0x8847 = drop 0 nonip
out 0 ethertype 0x88e5 = drop 0 nonip
out 0 ethertype 1500 = drop 0 nonip
in 0 ethertype 0 link cooked = drop 0 nonip
in 0 arp = pass 0 nd
in 0 icmp fe80::1 > ff02::1 type 135 ttl 255 = pass 0 nd
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 0 default

== cut by the capture: judged on the bytes there are
rules:
default in drop
pass in proto udp to any port 53
pass in length 1400-1500
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 1000 snap 42 = pass 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:53 payload 1000 snap 41 = drop 0 truncated
in 0 udp 10.0.0.1:1 > 10.0.0.2:54 payload 1400 snap 60 = pass 2 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:53 S offset 6 snap 54 = drop 0 malformed
flows:
udp 10.0.0.1:1 > 10.0.0.2:53 : bytes 1028/0
udp 10.0.0.1:1 > 10.0.0.2:54 : bytes 1428/0

== the link kinds
rules:
default in drop
pass in from 10.0.0.1
pass in from 2001:db8::1
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 link ip = pass 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 link cooked = pass 1 rule cached
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 link ether = pass 1 rule cached
in 0 udp 2001:db8::1 > 2001:db8::2 link ip = pass 2 rule
in 0 udp 2001:db8::1 > 2001:db8::2 link cooked vlan 3 = pass 2 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 payload 9000 link cooked = pass 1 rule cached
