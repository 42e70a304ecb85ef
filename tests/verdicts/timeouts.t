# The clock is the packets'.
== UDP unreplied: 30 s, then a reply is no reply
rules:
default in drop
pass out
packets:
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 1 rule
in 30 udp 10.0.0.2:2 > 10.0.0.1:1 = pass 1 state cached
out 100 udp 10.0.0.1:3 > 10.0.0.2:4 = pass 1 rule
in 130.001 udp 10.0.0.2:4 > 10.0.0.1:3 = drop 0 default
out 140 udp 10.0.0.1:3 > 10.0.0.2:4 = pass 1 rule
flows:
udp 10.0.0.1:1 > 10.0.0.2:2 : state replied packets 1/1 first 0 last 30
udp 10.0.0.1:3 > 10.0.0.2:4 : state unreplied packets 1/0 first 100 last 100
udp 10.0.0.1:3 > 10.0.0.2:4 : state unreplied packets 1/0 first 140 last 140

== UDP replied: 120 s
rules:
default in drop
pass out
packets:
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 1 rule
in 1 udp 10.0.0.2:2 > 10.0.0.1:1 = pass 1 state cached
in 121 udp 10.0.0.2:2 > 10.0.0.1:1 = pass 1 state cached
in 241.5 udp 10.0.0.2:2 > 10.0.0.1:1 = drop 0 default
flows:
udp 10.0.0.1:1 > 10.0.0.2:2 : packets 1/2

== the initiator's packets keep a flow alive as well
rules:
default in drop
pass out
packets:
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 1 rule
out 29 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 1 rule cached
out 58 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 1 rule cached
in 87 udp 10.0.0.2:2 > 10.0.0.1:1 = pass 1 state cached

== a dropped packet does not
rules:
default in drop
drop out ttl 1
pass out
packets:
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 2 rule
out 20 udp 10.0.0.1:1 > 10.0.0.2:2 ttl 1 = drop 1 rule
in 31 udp 10.0.0.2:2 > 10.0.0.1:1 = drop 0 default

== time that runs backwards ends nothing
rules:
default in drop
pass out
packets:
out 1000 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 1 rule
in 0 udp 10.0.0.2:2 > 10.0.0.1:1 = pass 1 state cached
in 100 udp 10.0.0.2:2 > 10.0.0.1:1 = pass 1 state cached

== ICMP 30 s, others 600 s
rules:
default in drop
pass out
packets:
out 0 ping 10.0.0.1 > 10.0.0.2 id 1 = pass 1 rule
out 0 47 10.0.0.1 > 10.0.0.2 = pass 1 rule
in 30 pong 10.0.0.2 > 10.0.0.1 id 1 = pass 1 state cached
in 60.1 pong 10.0.0.2 > 10.0.0.1 id 1 = drop 0 default
in 600 47 10.0.0.2 > 10.0.0.1 = pass 1 state cached
in 1200 47 10.0.0.2 > 10.0.0.1 = pass 1 state cached
in 1801 47 10.0.0.2 > 10.0.0.1 = drop 0 default

== TCP: SYN 60 s, established a day, closing 60 s, closed and reset 10 s
rules:
default in drop
pass out
packets:
out 0 tcp 10.0.0.1:1 > 10.0.0.2:2 S = pass 1 rule
in 60.1 tcp 10.0.0.2:2 > 10.0.0.1:1 SA = drop 0 default
out 100 tcp 10.0.0.1:1 > 10.0.0.2:2 S = pass 1 rule
in 160 tcp 10.0.0.2:2 > 10.0.0.1:1 SA = pass 1 state cached
out 220 tcp 10.0.0.1:1 > 10.0.0.2:2 A = pass 1 rule cached
in 86620 tcp 10.0.0.2:2 > 10.0.0.1:1 A = pass 1 state cached
in 173021 tcp 10.0.0.2:2 > 10.0.0.1:1 A = drop 0 default
out 200000 tcp 10.0.0.1:3 > 10.0.0.2:2 A = pass 1 rule
out 200001 tcp 10.0.0.1:3 > 10.0.0.2:2 FA = pass 1 rule cached
in 200061 tcp 10.0.0.2:2 > 10.0.0.1:3 A = pass 1 state cached
in 200122 tcp 10.0.0.2:2 > 10.0.0.1:3 A = drop 0 default
out 300000 tcp 10.0.0.1:4 > 10.0.0.2:2 A = pass 1 rule
out 300000 tcp 10.0.0.1:4 > 10.0.0.2:2 R = pass 1 rule cached
in 300010 tcp 10.0.0.2:2 > 10.0.0.1:4 A = pass 1 state cached
in 300020.5 tcp 10.0.0.2:2 > 10.0.0.1:4 A = drop 0 default

== option timeout
rules:
default in drop
option timeout udp-unreplied 5
option timeout icmp 2m
option timeout tcp-syn 1
pass out
packets:
out 0 udp 10.0.0.1:1 > 10.0.0.2:2 = pass 1 rule
out 0 udp 10.0.0.1:3 > 10.0.0.2:2 = pass 1 rule
out 0 ping 10.0.0.1 > 10.0.0.2 id 1 = pass 1 rule
out 0 tcp 10.0.0.1:1 > 10.0.0.2:2 S = pass 1 rule
in 1.1 tcp 10.0.0.2:2 > 10.0.0.1:1 SA = drop 0 default
in 5 udp 10.0.0.2:2 > 10.0.0.1:1 = pass 1 state cached
in 5.1 udp 10.0.0.2:2 > 10.0.0.1:3 = drop 0 default
in 120 pong 10.0.0.2 > 10.0.0.1 id 1 = pass 1 state cached
in 125 udp 10.0.0.2:2 > 10.0.0.1:1 = pass 1 state cached
