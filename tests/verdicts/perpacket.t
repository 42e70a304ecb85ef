# Fields of single packets, which no flow can remember.
== an earlier rule's per-packet field stops a packet of a passed flow
rules:
default in drop
drop in proto tcp flags SF/SF
drop in ttl 0-4
pass in proto tcp to any port 80
drop in length 1000-65535
packets:
in 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 S = pass 3 rule
in 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 SF = drop 1 rule
in 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 A ttl 4 = drop 2 rule
in 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 A ttl 5 = pass 3 rule cached
in 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 A payload 1200 = pass 3 rule cached
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1000 SA = pass 3 state cached
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1000 SA ttl 1 = drop 2 rule
in 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 SF = drop 1 rule
flows:
tcp 10.0.0.1:1000 > 10.0.0.2:80 : packets 3/1 flags SA/SA

== flags: letters, sets and masks, none; it implies tcp
rules:
default in drop
pass in flags none/FSRPAU stateless label "null scan"
pass in flags FPU/FSRPAU stateless label "xmas"
pass in flags S/SA stateless
pass in flags EW/EW stateless
pass in flags R/R stateless
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 - = pass 1 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 EW = pass 1 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 FPU = pass 2 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 S = pass 3 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 SPU = pass 3 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 SA = drop 0 default
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 SAEW = pass 4 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 RA = pass 5 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 = drop 0 default
in 0 ping 10.0.0.1 > 10.0.0.2 = drop 0 default
in 0 tcp 10.0.0.1:1 > 10.0.0.2:2 payload 8 frag 5 = drop 0 fragment

== ttl, dscp, length and their ends
rules:
default in drop
pass in ttl 1-5 stateless
pass in dscp ef stateless
pass in dscp { 10 12-14 } stateless
pass in length 28 stateless
pass in length 65535 stateless
pass in ttl ! 64 stateless
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 payload 1 ttl 1 = pass 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 payload 1 ttl 5 = pass 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 payload 1 ttl 0 = pass 6 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 payload 1 ttl 6 = pass 6 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 payload 1 = drop 0 default
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 payload 1 dscp 46 = pass 2 rule
in 0 udp 2001:db8::1 > 2001:db8::2 payload 1 dscp 46 = pass 2 rule
in 0 udp 2001:db8::1 > 2001:db8::2 payload 1 ttl 5 = pass 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 payload 1 dscp 13 = pass 3 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 payload 1 dscp 11 = drop 0 default
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 payload 1 dscp 63 = drop 0 default
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 4 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 payload 65507 = pass 5 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 payload 65506 = drop 0 default

== the largest IPv6 length
rules:
default in drop
pass in length 65575
packets:
in 0 47 2001:db8::1 > 2001:db8::2 payload 65535 = pass 1 rule
in 0 47 2001:db8::3 > 2001:db8::2 payload 65534 = drop 0 default

== MAC addresses, listed and negated; not on devices without
rules:
default in drop
pass in mac-from 02:00:00:00:00:09 stateless
pass in mac-to { 02:00:00:00:00:0a 02:00:00:00:00:0b } stateless
pass in mac-from ! { 02:00:00:00:00:01 02:00:00:00:00:03 } stateless
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 mac 9 1 = pass 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 mac 1 11 = pass 2 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 mac 3 12 = drop 0 default
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 mac 4 12 = pass 3 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 link ip = drop 0 default
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 link cooked = drop 0 default

== a MAC rule is asked for each packet of a flow
rules:
default in drop
drop in mac-from 02:00:00:00:00:09
pass in proto udp
packets:
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 mac 1 2 = pass 2 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 mac 9 2 = drop 1 rule
in 0 udp 10.0.0.1:1 > 10.0.0.2:2 mac 1 2 = pass 2 rule cached

== a rule with per-packet fields makes flows as well
rules:
default in drop
pass in proto tcp to any port 80 flags S/SAFR
packets:
in 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 A = drop 0 default
in 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 S = pass 1 rule
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1000 SA = pass 1 state cached
in 0 tcp 10.0.0.1:1000 > 10.0.0.2:80 A = pass 1 rule cached
in 0 tcp 10.0.0.1:1001 > 10.0.0.2:80 A = drop 0 default
flows:
tcp 10.0.0.1:1000 > 10.0.0.2:80 : state established packets 2/1
