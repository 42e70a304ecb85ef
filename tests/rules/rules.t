# Rules that are right, and how they are printed. See unit_parse.c for the form.
pass in ;; ok ;; -
drop out ;; ok ;; -
pass in on eth0 ;; ok ;; -
pass in on { eth0 eth1 } ;; ok ;; -
pass in on { eth0, eth1, } ;; ok ;; pass in on { eth0 eth1 }
pass in on ! eth0 ;; ok ;; -
pass in on !eth0 ;; ok ;; pass in on ! eth0
pass in on ! { eth0 eth1 eth0 } ;; ok ;; pass in on ! { eth0 eth1 }
pass in on a23456789012345 ;; ok ;; -
pass in on in ;; ok ;; -
pass in on eth0.100 inet ;; ok ;; -
pass in inet ;; ok ;; -
pass in inet6 ;; ok ;; -
# protocols
pass in proto tcp ;; ok ;; -
pass in proto 6 ;; ok ;; pass in proto tcp
pass in proto 253 ;; ok ;; -
pass in proto { tcp 17 } ;; ok ;; pass in proto { tcp udp }
pass in proto { tcp 6 tcp } ;; ok ;; pass in proto tcp
pass in proto ! tcp ;; ok ;; -
pass in proto ! { tcp udp } ;; ok ;; -
pass in proto 6-17 ;; ok ;; -
pass in proto tcp-udp ;; ok ;; pass in proto 6-17
pass in proto ipv6-icmp ;; ok ;; pass in proto icmp6
pass in proto icmpv6 ;; ok ;; pass in proto icmp6
pass in proto iso-tp4 ;; ok ;; -
pass in proto ospfigp ;; ok ;; pass in proto ospf
pass in proto { { tcp } { udp, { sctp } } } ;; ok ;; pass in proto { tcp udp sctp }
pass in proto {tcp,udp} ;; ok ;; pass in proto { tcp udp }
pass in proto {<nl>tcp # one<nl><nl>udp<nl>} ;; ok ;; pass in proto { tcp udp }
# addresses
pass in from any to any ;; ok ;; pass in
pass in from 10.0.0.1 ;; ok ;; -
pass in to 10.0.0.0/8 ;; ok ;; -
pass in from 10.0.0.1/32 ;; ok ;; pass in from 10.0.0.1
pass in from 0.0.0.0/0 ;; ok ;; -
pass in from 10.0.0.1-10.0.0.9 ;; ok ;; -
pass in from 10.0.0.1-10.0.0.1 ;; ok ;; pass in from 10.0.0.1
pass in from 2001:DB8::0:1 ;; ok ;; pass in from 2001:db8::1
pass in from 2001:db8::/32 to 2001:db8::1-2001:db8::ff ;; ok ;; -
pass in from ::/0 ;; ok ;; -
pass in from ::1 ;; ok ;; -
pass in from { 10.0.0.1 2001:db8::1 } ;; ok ;; -
pass in from { 10.0.0.1, 10.0.0.2, 10.0.0.1 } ;; ok ;; pass in from { 10.0.0.1 10.0.0.2 }
pass in from ! { 10.0.0.0/8 192.168.0.0/16 } ;; ok ;; -
pass in from ! 10.0.0.0/8 to 203.0.113.7 ;; ok ;; -
pass in from { 10.0.0.1 2001:db8::1 } to 10.0.0.2 ;; ok ;; -
pass in inet from { 10.0.0.1 2001:db8::1 } ;; ok ;; -
pass in to 10.0.0.1 from 10.0.0.2 ;; ok ;; pass in from 10.0.0.2 to 10.0.0.1
pass in from @s<nl>set s { type net; } ;; ok ;; set s { type net; }<nl>pass in from @s
set s { type net; }<nl>pass in from ! @s to @s port 5 ;; ok ;; -
# ports
pass in to port 22 ;; ok ;; -
pass in from any port 5 ;; ok ;; pass in from port 5
pass in proto tcp to any port ssh ;; ok ;; pass in proto tcp to port 22
pass in proto tcp from 10.0.0.0/8 port { 1 2 } to ! 10.0.0.1 port ! 80 ;; ok ;; -
pass in to port { 80 443 8000-8099 } ;; ok ;; -
pass in to port http-alt ;; ok ;; pass in to port 8080
pass in to port http-http-alt ;; ok ;; pass in to port 80-8080
pass in to port ftp-data-ssh ;; ok ;; pass in to port 20-22
pass in to port ssh-1000 ;; ok ;; pass in to port 22-1000
pass in to port 0-65535 ;; ok ;; -
pass in to port 80-80 ;; ok ;; pass in to port 80
pass in to port !{80 443} ;; ok ;; pass in to port ! { 80 443 }
pass in proto { tcp udp udplite sctp dccp } to port 1 ;; ok ;; -
pass in proto 132-132 to port 1 ;; ok ;; pass in proto sctp to port 1
pass in from @s port 1<nl>set s { type addr; 10.0.0.1 } ;; ok ;; set s { type addr; 10.0.0.1 }<nl>pass in from @s port 1
# ICMP
pass in icmp-type echo-request ;; ok ;; -
pass in icmp-type echo ;; ok ;; pass in icmp-type echo-request
pass in inet6 proto icmp6 icmp-type { echo-request nd-neighbor-solicit } ;; ok ;; -
pass in proto icmp icmp-type 8 ;; ok ;; pass in proto icmp icmp-type echo-request
pass in icmp-type 8 proto icmp ;; ok ;; pass in proto icmp icmp-type echo-request
pass in proto icmp icmp-type 7 ;; ok ;; -
pass in proto icmp6 icmp-type 200 ;; ok ;; -
pass in proto icmp6 icmp-type 128-129 ;; ok ;; -
pass in proto { icmp icmp6 } icmp-type 8 ;; ok ;; -
pass in proto { icmp icmp6 } icmp-type { 8 echo-request } ;; ok ;; -
pass in proto icmp icmp-type { 8 echo-request echo } ;; ok ;; pass in proto icmp icmp-type echo-request
pass in icmp-type ! { echo-request redirect } ;; ok ;; -
pass in icmp-type mld2-listener-report ;; ok ;; pass in icmp-type version-2-multicast-listener-report
pass in icmp-type { nd-router-solicit nd-router-advert nd-neighbor-solicit nd-neighbor-advert nd-redirect } ;; ok ;; -
pass in icmp-type { info-request timestamp-request } ;; ok ;; pass in icmp-type { information-request timestamp }
pass in icmp-type { source-quench nd-redirect } inet ;; ok ;; pass in inet icmp-type { source-quench nd-redirect }
pass in icmp-type destination-unreachable code 4 ;; ok ;; -
pass in icmp-type destination-unreachable code ! { 0 1 2-3 } ;; ok ;; -
pass in proto icmp icmp-type destination-unreachable code frag-needed ;; ok ;; pass in proto icmp icmp-type destination-unreachable code 4
pass in inet6 icmp-type destination-unreachable code { port-unreachable 4 } ;; ok ;; pass in inet6 icmp-type destination-unreachable code 4
pass in icmp-type destination-unreachable code no-route ;; ok ;; pass in icmp-type destination-unreachable code 0
pass in proto icmp icmp-type 3 code admin-prohibited ;; ok ;; pass in proto icmp icmp-type destination-unreachable code 13
# flags
pass in flags S/SA ;; ok ;; -
drop in proto tcp flags SF/SF ;; ok ;; drop in proto tcp flags FS/FS
drop in flags none/FSRPAU ;; ok ;; -
drop in flags WEUAPRSF/FSRPAUEW ;; ok ;; drop in flags FSRPAUEW/FSRPAUEW
pass in flags S/SA to port 80 ;; ok ;; pass in to port 80 flags S/SA
# other fields
pass in vlan 100 ;; ok ;; -
pass in vlan { 0 4095 } inner-vlan 1-10 ;; ok ;; -
pass in vlan ! 0 ;; ok ;; -
pass in dscp ef ;; ok ;; -
pass in dscp 46 ;; ok ;; pass in dscp ef
pass in dscp 63 ;; ok ;; -
pass in dscp { cs0 be default 0 } ;; ok ;; pass in dscp cs0
pass in dscp { voice-admit le af11 af43 cs7 } ;; ok ;; pass in dscp { va le af11 af43 cs7 }
pass in dscp cs1-cs3 ;; ok ;; pass in dscp 8-24
pass in ttl 1-5 ;; ok ;; -
pass in ttl ! { 0 255 } ;; ok ;; -
pass in length 0-1500 ;; ok ;; -
pass in length 65575 ;; ok ;; -
pass in frag ;; ok ;; -
pass in mac-from 00:11:22:AA:bb:cc ;; ok ;; pass in mac-from 00:11:22:aa:bb:cc
pass in mac-from ! { 00:11:22:aa:bb:cc 00:00:00:00:00:00 } mac-to ff:ff:ff:ff:ff:ff ;; ok ;; -
# options
pass in stateless ;; ok ;; -
drop in stateless ;; ok ;; -
pass in label "ssh" ;; ok ;; -
pass in label "ssh" stateless ;; ok ;; pass in stateless label "ssh"
pass in label "a \"b\" \\ c # { } ; ," ;; ok ;; -
pass in label "" ;; ok ;; pass in
drop in log ;; ok ;; -
drop in log every 1000 ;; ok ;; -
drop in log every 1000000000 ;; ok ;; -
drop in log every 1 ;; ok ;; drop in log
pass in label "x" log stateless ;; ok ;; pass in stateless log label "x"
pass in log every 007 stateless ;; ok ;; pass in stateless log every 7
pass in label "123456789012345678901234567890123456789012345678901234567890123" ;; ok ;; -
# all of them, in another order than printed
pass in on ! eth0 mac-to 00:00:00:00:00:01 mac-from 00:00:00:00:00:02 frag length 60 ttl 64 dscp ef inner-vlan 2 vlan 1 flags S/SA to 10.0.0.2 port 22 from 10.0.0.1 port 1024-65535 proto tcp inet stateless label "x" ;; ok ;; pass in on ! eth0 inet proto tcp from 10.0.0.1 port 1024-65535 to 10.0.0.2 port 22 flags S/SA vlan 1 inner-vlan 2 dscp ef ttl 64 length 60 frag mac-from 00:00:00:00:00:02 mac-to 00:00:00:00:00:01 stateless label "x"
# text
 	pass	in  ;; ok ;; pass in
pass in# comment ;; ok ;; pass in
<nl><nl># only a comment<nl>pass in<nl><nl>drop in<nl> ;; ok ;; pass in<nl>drop in
pass in<nl>drop in proto { tcp<nl>udp }<nl># c ;; ok ;; pass in<nl>drop in proto { tcp udp }
