# Fragments whose first one was not seen, and first ones.
== judged without ports, type or flags
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
