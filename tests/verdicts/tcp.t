# TCP as seen from between.
== a whole connection
rules:
default in drop
pass out proto tcp
packets:
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 1 rule
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA = pass 1 state cached
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A = pass 1 rule cached
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 PA payload 100 = pass 1 rule cached
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 A = pass 1 state cached
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 FA payload 50 = pass 1 state cached
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 FA = pass 1 rule cached
in 5 tcp 10.0.0.2:80 > 10.0.0.1:1 A = pass 1 state cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state closed packets 4/4 bytes 260/210 flags FSPA/FSA confirmed yes out 1 last 5

== states on the way
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 0 default
in 0 tcp 10.0.0.1:2 > 10.0.0.2:80 S = pass 0 default
in 0 tcp 10.0.0.2:80 > 10.0.0.1:2 SA = pass 0 state cached
in 0 tcp 10.0.0.1:3 > 10.0.0.2:80 S = pass 0 default
in 0 tcp 10.0.0.2:80 > 10.0.0.1:3 SA = pass 0 state cached
in 0 tcp 10.0.0.1:3 > 10.0.0.2:80 A = pass 0 default cached
in 0 tcp 10.0.0.1:4 > 10.0.0.2:80 A = pass 0 default
in 0 tcp 10.0.0.1:4 > 10.0.0.2:80 FA = pass 0 default cached
in 0 tcp 10.0.0.1:5 > 10.0.0.2:80 S = pass 0 default
in 0 tcp 10.0.0.2:80 > 10.0.0.1:5 RA = pass 0 state cached
in 0 tcp 10.0.0.1:6 > 10.0.0.2:80 R = pass 0 default
in 0 tcp 10.0.0.1:7 > 10.0.0.2:80 A = pass 0 default
in 0 tcp 10.0.0.2:80 > 10.0.0.1:7 A = pass 0 state cached
in 0 tcp 10.0.0.1:8 > 10.0.0.2:80 S = pass 0 default
in 0 tcp 10.0.0.1:8 > 10.0.0.2:80 A = pass 0 default cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state syn-sent confirmed no
tcp 10.0.0.1:2 > 10.0.0.2:80 : state syn-received confirmed no
tcp 10.0.0.1:3 > 10.0.0.2:80 : state established confirmed yes
tcp 10.0.0.1:4 > 10.0.0.2:80 : state closing confirmed no
tcp 10.0.0.1:5 > 10.0.0.2:80 : state reset confirmed no
tcp 10.0.0.1:6 > 10.0.0.2:80 : state reset confirmed no
tcp 10.0.0.1:7 > 10.0.0.2:80 : state established confirmed yes
tcp 10.0.0.1:8 > 10.0.0.2:80 : state syn-sent confirmed no

== a first SYN+ACK: its receiver is the initiator
rules:
default in drop
pass in proto tcp from any port 80
packets:
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA = pass 1 rule
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA = pass 1 state cached
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A = pass 1 rule cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A payload 3 = pass 1 rule cached
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 A = pass 1 state cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established packets 2/3 bytes 83/120 flags A/SA in 1 confirmed yes

== mid-stream is picked up where a rule passes it
rules:
default in drop
pass in proto tcp to any port 80
packets:
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 PA payload 9 = drop 0 default
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A = pass 1 rule
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 PA payload 9 = pass 1 state cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established packets 1/1

== a new SYN after the end is a new flow record, judged anew
rules:
default in drop
pass in proto tcp to any port 80
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 1 rule
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 RA = pass 1 state cached
in 1 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 1 rule
in 1 tcp 10.0.0.2:80 > 10.0.0.1:1 SA = pass 1 state cached
in 1 tcp 10.0.0.1:1 > 10.0.0.2:80 A = pass 1 rule cached
in 1 tcp 10.0.0.1:1 > 10.0.0.2:80 FA = pass 1 rule cached
in 1 tcp 10.0.0.2:80 > 10.0.0.1:1 FA = pass 1 state cached
in 1 tcp 10.0.0.1:1 > 10.0.0.2:80 A = pass 1 rule cached
in 2 tcp 10.0.0.2:80 > 10.0.0.1:1 A = pass 1 state cached
in 3 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 1 rule
in 4 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 1 rule cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state reset packets 1/1 flags S/RA first 0 last 0
tcp 10.0.0.1:1 > 10.0.0.2:80 : state closed packets 4/3 flags FSA/FSA first 1 last 2
tcp 10.0.0.1:1 > 10.0.0.2:80 : state syn-sent packets 2/0 flags S/- first 3 last 4
losses:
evicted 0
table-full 0

== a SYN of the other side after the end: its own flow, if the rules pass it
rules:
default in drop
default out drop
pass out proto tcp to any port 80
packets:
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 1 rule
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 RA = pass 1 state cached
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 S = drop 0 default
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 RA = pass 1 state cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state reset packets 1/2

== a SYN within a live connection is not a new one
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 0 default
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 0 default cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established packets 3/1

== simultaneous open
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 S = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 SA = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A = pass 0 default cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established packets 3/2 flags SA/SA confirmed yes

== flags of both directions, all eight
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 SEW = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SAE = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 APU payload 1 = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 RA = pass 0 state cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state reset flags SPAUEW/SRAE bytes 81/80
