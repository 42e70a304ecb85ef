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

== half-close: one side is done, the other goes on
rules:
default in drop
pass out proto tcp
packets:
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 1 rule
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000 ack 1001 = pass 1 state cached
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5001 = pass 1 rule cached
out 1 tcp 10.0.0.1:1 > 10.0.0.2:80 FA seq 1001 ack 5001 payload 9 = pass 1 rule cached
in 2 tcp 10.0.0.2:80 > 10.0.0.1:1 A seq 5001 ack 1011 = pass 1 state cached
in 50 tcp 10.0.0.2:80 > 10.0.0.1:1 PA seq 5001 ack 1011 payload 100 = pass 1 state cached
out 50 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1011 ack 5101 = pass 1 rule cached
in 100 tcp 10.0.0.2:80 > 10.0.0.1:1 FA seq 5101 ack 1011 = pass 1 state cached
out 100 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1011 ack 5102 = pass 1 rule cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state closed packets 5/4 confirmed yes

== half-closed and silent for tcp-closing: over, what the other side still says is judged by the rules
rules:
default in drop
pass out proto tcp
packets:
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 1 rule
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA = pass 1 state cached
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A = pass 1 rule cached
out 1 tcp 10.0.0.1:1 > 10.0.0.2:80 FA = pass 1 rule cached
in 60 tcp 10.0.0.2:80 > 10.0.0.1:1 PA payload 100 = pass 1 state cached
in 122 tcp 10.0.0.2:80 > 10.0.0.1:1 PA payload 100 = drop 0 default
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state closing packets 3/2

== half-closed with a longer tcp-closing
rules:
default in drop
option timeout tcp-closing 1h
pass out proto tcp
packets:
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 1 rule
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA = pass 1 state cached
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A = pass 1 rule cached
out 1 tcp 10.0.0.1:1 > 10.0.0.2:80 FA = pass 1 rule cached
in 3600 tcp 10.0.0.2:80 > 10.0.0.1:1 PA payload 100 = pass 1 state cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state closing packets 3/2

== data beyond any window, acknowledgements of what was never sent, odd flags: part of the flow, none dropped
rules:
default in drop
pass out proto tcp
packets:
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 1 rule
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000 ack 1001 = pass 1 state cached
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5001 = pass 1 rule cached
in 1 tcp 10.0.0.2:80 > 10.0.0.1:1 PA seq 2000000000 ack 1001 payload 9 = pass 1 state cached
in 1 tcp 10.0.0.2:80 > 10.0.0.1:1 PA seq 5001 ack 3000000000 payload 9 = pass 1 state cached
in 1 tcp 10.0.0.2:80 > 10.0.0.1:1 seq 5001 = pass 1 state cached
in 1 tcp 10.0.0.2:80 > 10.0.0.1:1 PU seq 5001 = pass 1 state cached
out 1 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 4000000000 = pass 1 rule cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established packets 3/5

== the responder closes first; both at once; a FIN again
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 FA = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A = pass 0 default cached
in 0 tcp 10.0.0.1:2 > 10.0.0.2:80 S = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:2 SA = pass 0 state cached
in 0 tcp 10.0.0.1:2 > 10.0.0.2:80 A = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:2 FA = pass 0 state cached
in 0 tcp 10.0.0.1:2 > 10.0.0.2:80 FA = pass 0 default cached
in 0 tcp 10.0.0.1:2 > 10.0.0.2:80 A = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:2 A = pass 0 state cached
in 0 tcp 10.0.0.1:3 > 10.0.0.2:80 S = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:3 SA = pass 0 state cached
in 0 tcp 10.0.0.1:3 > 10.0.0.2:80 A = pass 0 default cached
in 0 tcp 10.0.0.1:3 > 10.0.0.2:80 FA = pass 0 default cached
in 0 tcp 10.0.0.1:3 > 10.0.0.2:80 FA = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:3 FA = pass 0 state cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:3 FA = pass 0 state cached
in 0 tcp 10.0.0.1:4 > 10.0.0.2:80 S = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:4 SA = pass 0 state cached
in 0 tcp 10.0.0.1:4 > 10.0.0.2:80 FA = pass 0 default cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state closing
tcp 10.0.0.1:2 > 10.0.0.2:80 : state closed
tcp 10.0.0.1:3 > 10.0.0.2:80 : state closing packets 4/3
tcp 10.0.0.1:4 > 10.0.0.2:80 : state closing confirmed no

== retransmits: of the SYN, the SYN+ACK, the last ACK, data
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 0 default
in 1 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 0 default cached
out 1 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000 ack 1001 = pass 0 state cached
out 2 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000 ack 1001 = pass 0 state cached
in 2 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5001 = pass 0 default cached
out 3 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000 ack 1001 = pass 0 state cached
in 3 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5001 = pass 0 default cached
in 4 tcp 10.0.0.1:1 > 10.0.0.2:80 PA seq 1001 ack 5001 payload 500 = pass 0 default cached
in 5 tcp 10.0.0.1:1 > 10.0.0.2:80 PA seq 1001 ack 5001 payload 500 = pass 0 default cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established packets 6/3 confirmed yes

== a handshake is completed by who has seen the answer
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000000 ack 1001 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 777777777 = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 R seq 777777777 = pass 0 state cached
in 1 tcp 10.0.0.1:2 > 10.0.0.2:80 S seq 1000 = pass 0 default
out 1 tcp 10.0.0.2:80 > 10.0.0.1:2 SA seq 5000000 ack 1001 = pass 0 state cached
in 1 tcp 10.0.0.1:2 > 10.0.0.2:80 A seq 1001 ack 5000002 = pass 0 default cached
in 1 tcp 10.0.0.1:2 > 10.0.0.2:80 A seq 1001 ack 5000001 = pass 0 default cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state syn-received confirmed no
tcp 10.0.0.1:2 > 10.0.0.2:80 : state established confirmed yes

== a reset from the sender's newest byte, or near it, ends the connection
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 4000000000 ack 1001 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 4000000001 = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 R seq 4000000001 = pass 0 state cached
in 0 tcp 10.0.0.1:2 > 10.0.0.2:80 S seq 1000 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:2 SA seq 5000 ack 1001 = pass 0 state cached
in 0 tcp 10.0.0.1:2 > 10.0.0.2:80 A seq 1001 ack 5001 payload 1000 = pass 0 default cached
in 0 tcp 10.0.0.1:2 > 10.0.0.2:80 RA seq 1501 ack 5001 = pass 0 default cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state reset packets 2/2
tcp 10.0.0.1:2 > 10.0.0.2:80 : state reset packets 3/1

== a blind reset changes nothing, from whichever side it says to be
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000000 ack 1001 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5000001 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 R seq 900000 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 R seq 66538 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 RA seq 4294900000 ack 5000001 = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 R seq 1 = pass 0 state cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 RA seq 5065537 ack 1001 = pass 0 state cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 RA seq 4934465 ack 1001 = pass 0 state cached
out 5000 tcp 10.0.0.2:80 > 10.0.0.1:1 A seq 5000001 ack 1001 = pass 0 state cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established packets 5/5 flags SRA/SRA confirmed yes

== nor does a blind FIN; one that acknowledges what was sent is meant
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000000 ack 1001 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5000001 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 FA seq 900000000 ack 777777 = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 FA seq 1 ack 2000000000 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5000001 = pass 0 default cached
in 1 tcp 10.0.0.1:2 > 10.0.0.2:80 S seq 1000 = pass 0 default
out 1 tcp 10.0.0.2:80 > 10.0.0.1:2 SA seq 5000000 ack 1001 = pass 0 state cached
in 1 tcp 10.0.0.1:2 > 10.0.0.2:80 A seq 1001 ack 5000001 = pass 0 default cached
in 1 tcp 10.0.0.1:2 > 10.0.0.2:80 FA seq 900000000 ack 5000001 payload 10 = pass 0 default cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established flags SA/SA confirmed yes
tcp 10.0.0.1:2 > 10.0.0.2:80 : state closing flags FSA/SA

== nor can they be moved a little, and a reset come from there
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000000 ack 1001 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5000001 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 900000 ack 777777777 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 R seq 900000 = pass 0 default cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established

== who guesses cannot move the numbers along first
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000000 ack 1001 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5000001 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 2000000000 ack 777777777 payload 10 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 R seq 2000000010 = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 A seq 5000001 ack 1001 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 R seq 1001 = pass 0 default cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state reset packets 5/2

== forged pick-up, then the real connection
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 2000000000 ack 1000000000 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 A seq 5000 ack 1001 payload 10 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5010 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 R seq 2000000000 = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 R seq 900000000 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 FA seq 1001 ack 5010 = pass 0 default cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state closing confirmed yes

== the other side's forged SYN+ACK before the real one
rules:
default in drop
packets:
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 0 default
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 3000000000 ack 777777777 = pass 0 state cached
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 R seq 777777777 = pass 0 default cached
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000 ack 1001 = pass 0 state cached
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5001 = pass 0 default cached
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 R seq 3000000000 = pass 0 state cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established confirmed yes

== a forged SYN before the real handshake, and one within
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 900000000 = pass 0 default
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000 ack 1001 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 2000000000 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 R seq 2000000001 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5001 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 2000000000 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 R seq 2000000001 = pass 0 default cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established confirmed yes

== a forged SYN+ACK first, then the real handshake
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 SA seq 900000000 ack 800000000 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 R seq 800000000 = pass 0 default cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000 ack 1001 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5001 = pass 0 default cached
flows:
tcp 10.0.0.2:80 > 10.0.0.1:1 : state reset
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established confirmed yes

== what was not seen is made up for by what is acknowledged
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 1000 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 5000 ack 1001 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 5001 = pass 0 default cached
out 9 tcp 10.0.0.2:80 > 10.0.0.1:1 A seq 900000000 ack 1001 payload 1000 = pass 0 state cached
out 9 tcp 10.0.0.2:80 > 10.0.0.1:1 R seq 5001 = pass 0 state cached
in 9 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 1001 ack 900001000 = pass 0 default cached
out 9 tcp 10.0.0.2:80 > 10.0.0.1:1 R seq 900001000 = pass 0 state cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state reset packets 3/4

== numbers wrap
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 4294967290 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 4294967295 ack 4294967291 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 4294967291 ack 0 payload 1000 = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 A seq 0 ack 995 payload 10 = pass 0 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 R seq 995 = pass 0 default cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state reset packets 3/2

== before the other side was seen a reset must acknowledge the SYN
rules:
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 5000000 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 R seq 0 = pass 0 state cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 RA seq 0 ack 1 = pass 0 state cached
in 0 tcp 10.0.0.1:2 > 10.0.0.2:80 S seq 5000000 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:2 RA seq 0 ack 5000001 = pass 0 state cached
in 0 tcp 10.0.0.1:3 > 10.0.0.2:80 S seq 5000000 = pass 0 default
in 0 tcp 10.0.0.1:3 > 10.0.0.2:80 S seq 900000000 = pass 0 default cached
out 0 tcp 10.0.0.2:80 > 10.0.0.1:3 RA seq 0 ack 900000001 = pass 0 state cached
in 0 tcp 10.0.0.1:4 > 10.0.0.2:80 A seq 5000000 ack 7 = pass 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:4 R seq 7 = pass 0 state cached
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state syn-sent packets 1/2
tcp 10.0.0.1:2 > 10.0.0.2:80 : state reset
tcp 10.0.0.1:3 > 10.0.0.2:80 : state reset
tcp 10.0.0.1:4 > 10.0.0.2:80 : state reset

== ICMP errors quote a number that was sent
rules:
default in drop
pass out proto tcp
packets:
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 5000 = pass 1 rule
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 5000 cut 28 = pass 1 related cached
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 900000 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 3000000000 = drop 0 default
in 0 icmp 10.0.0.2 > 10.0.0.1 type 3 code 3 quote tcp 10.0.0.1:1 > 10.0.0.2:80 S seq 5000 cut 24 = drop 0 default
in 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA seq 70000000 ack 5001 = pass 1 state cached
out 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 5001 ack 70000001 payload 1400 = pass 1 rule cached
in 0 icmp 10.0.0.9 > 10.0.0.1 type 3 code 4 quote tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 5001 payload 1400 cut 28 = pass 1 related cached
out 0 icmp 10.0.0.1 > 10.0.0.2 type 3 code 4 quote tcp 10.0.0.2:80 > 10.0.0.1:1 A seq 70000001 cut 28 = pass 1 related cached
in 0 icmp 10.0.0.9 > 10.0.0.1 type 11 quote tcp 10.0.0.1:1 > 10.0.0.2:80 A seq 70000001 cut 28 = drop 0 default
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established packets 2/1

== option tcp-loose off: no flow begins in the middle
rules:
option tcp-loose off
default in drop
pass in proto tcp to any port 80
pass in proto tcp to any port 81 stateless
pass out proto udp
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A = drop 1 mid-stream
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 SA = drop 1 mid-stream
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 R = drop 1 mid-stream
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 FA = drop 1 mid-stream
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 SF = drop 1 mid-stream
in 0 tcp 10.0.0.1:1 > 10.0.0.2:81 A = pass 2 rule
in 0 tcp 10.0.0.1:1 > 10.0.0.2:82 A = drop 0 default
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 A = drop 0 mid-stream
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 SEW = pass 1 rule
out 0 tcp 10.0.0.2:80 > 10.0.0.1:1 SA = pass 1 state cached
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A = pass 1 rule cached
out 0 udp 10.0.0.2:80 > 10.0.0.1:1 = pass 3 rule
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established
udp 10.0.0.2:80 > 10.0.0.1:1 : state unreplied

== option tcp-loose on is the default
rules:
option tcp-loose on
packets:
in 0 tcp 10.0.0.1:1 > 10.0.0.2:80 A = pass 0 default
flows:
tcp 10.0.0.1:1 > 10.0.0.2:80 : state established confirmed no
