# Wrong rules: where, and a part of what is said.
pas in ;; error ;; 1 ;; unknown statement 'pas' (did you mean 'pass'?)
PASS in ;; error ;; 1 ;; unknown statement 'PASS' (did you mean 'pass'?)
pass ;; error ;; 1 ;; 'in' or 'out' is missing after 'pass'
pass inn ;; error ;; 6 ;; unknown direction 'inn'
pass proto tcp ;; error ;; 6 ;; unknown direction 'proto'
reject out proto tcp to any port 25 ;; error ;; 1 ;; 'reject' is not available in this version yet
pass in limit 10/s burst 20 per src label "ssh" ;; error ;; 9 ;; 'limit' is not available in this version yet
drop in from 10.0.0.1 log every ;; error ;; 27 ;; a number of packets is missing after 'every'
drop in log every 0 ;; error ;; 19 ;; every 0 is out of range (1 to 1000000000)
drop in log every 1000000001 ;; error ;; 19 ;; every 1000000001 is out of range
drop in log every 99999999999999999999999 ;; error ;; 19 ;; out of range
drop in log every 10x ;; error ;; 19 ;; '10x' is not a number of packets
drop in log every ten ;; error ;; 19 ;; 'ten' is not a number of packets
drop in log evry 10 ;; error ;; 13 ;; unknown match or option 'evry'
drop in log every 10 every 10 ;; error ;; 22 ;; unknown match or option 'every'
drop in log log ;; error ;; 13 ;; 'log' is given twice
drop in log proto tcp ;; error ;; 13 ;; 'proto' is a match: it stands before the options
pass in proto tpc ;; error ;; 15 ;; unknown protocol 'tpc' (did you mean 'tcp'?)
pass in proto TCP ;; error ;; 15 ;; unknown protocol 'TCP' (did you mean 'tcp'?)
pass in proto 256 ;; error ;; 15 ;; protocol 256 is out of range (0 to 255)
pass in proto ;; error ;; 9 ;; a value is missing after 'proto'
pass in proto # tcp ;; error ;; 9 ;; a value is missing after 'proto'
pass in proto { tcp tpc udb } ;; error ;; 21 ;; unknown protocol 'tpc' ;; 25 ;; unknown protocol 'udb' (did you mean 'udp'?)
pass in proto { } ;; error ;; 15 ;; the list is empty
pass in proto { tcp { } } ;; error ;; 21 ;; the list is empty
pass in proto ! { } ;; error ;; 17 ;; the list is empty
pass in proto { ! tcp } ;; error ;; 17 ;; '!' cannot stand in a list
pass in from { ! 10.0.0.1 } ;; error ;; 16 ;; '!' cannot stand in a list
pass in proto { tcp ;; error ;; 15 ;; the list has no closing '}'
pass in proto { tcp<nl>pass in proto udq<nl>drop in ;; error ;; 15 ;; the list has no closing '}' ;; 2:15 ;; unknown protocol 'udq'
pass in proto tcp } ;; error ;; 19 ;; unexpected '}'
pass in proto { tcp,,udp } ;; error ;; 21 ;; unexpected ','
pass in proto { , tcp } ;; error ;; 17 ;; unexpected ','
pass in proto ! ! tcp ;; error ;; 17 ;; unexpected '!'
pass in proto "tcp" ;; error ;; 15 ;; unexpected text in quotes
pass in proto tcp udp ;; error ;; 19 ;; unknown match or option 'udp'
pass in proto tcp; ;; error ;; 18 ;; unexpected ';'
pass in proto tcp,udp ;; error ;; 18 ;; (a list is written { a, b })
pass in protp tcp ;; error ;; 9 ;; unknown match or option 'protp' (did you mean 'proto'?)
pass in Proto tcp ;; error ;; 9 ;; unknown match or option 'Proto' (did you mean 'proto'?)
pass in proto tcp proto udp ;; error ;; 19 ;; 'proto' is given twice
pass in inet inet6 ;; error ;; 14 ;; the family is given twice
pass in frag frag ;; error ;; 14 ;; 'frag' is given twice
pass in from 10.0.0.1 from 10.0.0.2 ;; error ;; 23 ;; 'from' is given twice
pass in ttl 1 ttl 2 ;; error ;; 15 ;; 'ttl' is given twice
pass in stateless stateless ;; error ;; 19 ;; 'stateless' is given twice
pass in label "a" label "b" ;; error ;; 19 ;; 'label' is given twice
pass in stateless proto tcp ;; error ;; 19 ;; 'proto' is a match: it stands before the options
pass in label "x" on eth0 ;; error ;; 19 ;; it stands before the options
pass in proto tcp on eth0 ;; error ;; 19 ;; 'on' stands right behind the direction
pass in on eth0 on eth1 ;; error ;; 17 ;; 'on' is given twice
# interfaces
pass in on a234567890123456 ;; error ;; 12 ;; more than 15 bytes
pass in on eth/0 ;; error ;; 12 ;; has a '/' or ':' in it
pass in on .. ;; error ;; 12 ;; cannot be an interface
pass in on ;; error ;; 9 ;; a value is missing after 'on'
pass in on @s ;; error ;; 12 ;; a set holds addresses
# addresses
pass in from 10.0.0.1/8 ;; error ;; 14 ;; host bits set in '10.0.0.1/8' (did you mean 10.0.0.0/8?)
pass in from 2001:db8::1/32 ;; error ;; 14 ;; (did you mean 2001:db8::/32?)
pass in from 10.0.0.0/33 ;; error ;; 14 ;; no valid prefix length (0 to 32)
pass in from ::/129 ;; error ;; 14 ;; no valid prefix length (0 to 128)
pass in from 10.0.0.300 ;; error ;; 14 ;; is not an address
pass in from 10.0.0 ;; error ;; 14 ;; is not an address
pass in from example.com ;; error ;; 14 ;; 'example.com' is not an address
pass in from 10.0.0.9-10.0.0.1 ;; error ;; 14 ;; (did you mean 10.0.0.1-10.0.0.9?)
pass in from 10.0.0.9-2001:db8::1 ;; error ;; 14 ;; from one address family to the other
pass in from 10.0.0.1 - 10.0.0.9 ;; error ;; 23 ;; a range is one word
pass in from 10.0.0.1- 10.0.0.9 ;; error ;; 14 ;; a range is one word
pass in from 10.0.0.1 10.0.0.2 ;; error ;; 23 ;; a list is written { a b }
pass in from ::ffff:1.2.3.4 ;; error ;; 14 ;; (write 1.2.3.4)
pass in from ::ffff:102:304 ;; error ;; 14 ;; (write 1.2.3.4)
pass in from ::ffff:1.2.3.0/120 ;; error ;; 14 ;; (write 1.2.3.0/24)
pass in from ! any ;; error ;; 14 ;; '! any' matches nothing
pass in from { any } ;; error ;; 16 ;; 'any' stands alone
pass in from { 10.0.0.1 @s }<nl>set s { type net; } ;; error ;; 25 ;; a set cannot stand in a list: write one rule for each
pass in from @nope ;; error ;; 14 ;; unknown set '@nope'
set blocklist { type net; }<nl>pass in from ! @blocklst ;; error ;; 2:16 ;; unknown set '@blocklst' (did you mean '@blocklist'?)
pass in from ;; error ;; 9 ;; an address or 'port' is missing after 'from'
pass in from to 10.0.0.1 ;; error ;; 14 ;; 'to' is not an address
pass in from 10.0.0.1 port ;; error ;; 23 ;; a value is missing after 'port'
# family
pass in inet from 2001:db8::1 ;; error ;; 19 ;; the address here is of inet6
pass in inet6 to 10.0.0.1 ;; error ;; 18 ;; the address here is of inet,
pass in from 2001:db8::1 inet ;; error ;; 26 ;; the family here is of inet,
pass in from 10.0.0.1 to 2001:db8::1 ;; error ;; 26 ;; the address here is of inet6
pass in inet6 from ! 10.0.0.1 ;; error ;; 22 ;; the address here is of inet,
pass in from { 10.0.0.1 10.0.0.2 } to { 2001:db8::1 } ;; error ;; 41 ;; the address here is of inet6
pass in inet6 proto icmp ;; error ;; 21 ;; the protocol here is of inet,
pass in inet proto icmp6 ;; error ;; 20 ;; the protocol here is of inet6
pass in proto 58 from 10.0.0.1 ;; error ;; 23 ;; the address here is of inet,
pass in proto icmp from 2001:db8::1 ;; error ;; 25 ;; the address here is of inet6
pass in inet icmp-type nd-redirect ;; error ;; 24 ;; the ICMP type here is of inet6
pass in icmp-type source-quench to ::1 ;; error ;; 36 ;; the address here is of inet6
# ports
pass in port 80 ;; error ;; 9 ;; 'port' stands behind
pass in proto icmp to port 80 ;; error ;; 23 ;; 'port' needs proto tcp, udp, udplite, sctp or dccp
pass in to port 80 proto icmp ;; error ;; 26 ;; 'port' needs proto
pass in proto { tcp gre } to port 80 ;; error ;; 30 ;; 'port' needs proto
pass in proto ! tcp to port 80 ;; error ;; 24 ;; 'port' needs proto
pass in to port htpp ;; error ;; 17 ;; unknown service 'htpp' (did you mean 'http'?)
pass in to port 65536 ;; error ;; 17 ;; port 65536 is out of range (0 to 65535)
pass in to port 99999999999999999999 ;; error ;; 17 ;; is out of range
pass in to port 80-99999 ;; error ;; 17 ;; port 99999 is out of range
pass in to port 443-80 ;; error ;; 17 ;; '443-80' ends before it starts (did you mean 80-443?)
pass in to port https-ssh ;; error ;; 17 ;; ends before it starts
pass in to port -80 ;; error ;; 17 ;; a range is one word
pass in to port 80 - 90 ;; error ;; 20 ;; a range is one word
pass in to port any ;; error ;; 17 ;; unknown service 'any'
pass in to port 80 port 81 ;; error ;; 20 ;; 'port' stands behind
pass in to port 0x50 ;; error ;; 17 ;; unknown service '0x50'
# ICMP
pass in icmp-type 8 ;; error ;; 19 ;; an ICMP type by number needs proto icmp or icmp6
pass in icmp-type { echo-request 8 } ;; error ;; 34 ;; an ICMP type by number needs
pass in icmp-type echo-requset ;; error ;; 19 ;; unknown ICMP type 'echo-requset' (did you mean 'echo-request'?)
pass in proto icmp icmp-type 256 ;; error ;; 30 ;; ICMP type 256 is out of range
pass in proto icmp icmp-type nd-redirect ;; error ;; 30 ;; 'nd-redirect' is not a type of icmp
pass in proto icmp icmp-type { echo-request nd-redirect } ;; error ;; 45 ;; 'nd-redirect' is not a type of icmp
pass in icmp-type source-quench proto icmp6 ;; error ;; 39 ;; 'source-quench' is not a type of icmp6
pass in proto tcp icmp-type echo-request ;; error ;; 19 ;; 'icmp-type' needs proto icmp or icmp6
pass in proto { icmp tcp } icmp-type echo-request ;; error ;; 28 ;; 'icmp-type' needs proto
pass in icmp-type echo-request to port 80 ;; error ;; 35 ;; 'port' and 'icmp-type' contradict
pass in icmp-type echo-request code 256 ;; error ;; 37 ;; ICMP code 256 is out of range
pass in icmp-type destination-unreachable code port-unreachable ;; error ;; 48 ;; is code 3 of icmp and 4 of icmp6
pass in proto icmp6 icmp-type destination-unreachable code frag-needed ;; error ;; 60 ;; 'frag-needed' is not a code of icmp6
pass in code 0 ;; error ;; 9 ;; 'code' stands behind 'icmp-type'
pass in icmp-type echo-request code 0 code 1 ;; error ;; 39 ;; 'code' stands behind
# flags
pass in flags SA/S ;; error ;; 15 ;; 'SA/S' can never match: the set is not within the mask
pass in flags S ;; error ;; 15 ;; has no mask
pass in flags s/sa ;; error ;; 15 ;; is not SET/MASK
pass in flags S/X ;; error ;; 15 ;; is not SET/MASK
pass in flags /SA ;; error ;; 15 ;; is not SET/MASK
pass in flags none/none ;; error ;; 15 ;; has an empty mask
pass in flags ! S/SA ;; error ;; 15 ;; unexpected '!'
pass in flags ;; error ;; 9 ;; SET/MASK is missing after 'flags'
pass in proto udp flags S/SA ;; error ;; 19 ;; 'flags' needs proto tcp
pass in flags S/SA proto { tcp udp } ;; error ;; 28 ;; 'flags' needs proto tcp
pass in flags S/SA icmp-type echo-request ;; error ;; 20 ;; contradict
# numbers
pass in vlan 4096 ;; error ;; 14 ;; VLAN 4096 is out of range (0 to 4095)
pass in inner-vlan x ;; error ;; 20 ;; 'x' is not a number
pass in dscp 64 ;; error ;; 14 ;; DSCP 64 is out of range (0 to 63)
pass in dscp eff ;; error ;; 14 ;; unknown DSCP name 'eff' (did you mean 'ef'?)
pass in ttl 256 ;; error ;; 13 ;; TTL 256 is out of range (0 to 255)
pass in ttl 5-1 ;; error ;; 13 ;; (did you mean 1-5?)
pass in length 65576 ;; error ;; 16 ;; length 65576 is out of range (0 to 65575)
pass in length 1-2-3 ;; error ;; 16 ;; is not a number or a range
pass in ttl 300 vlan 5000 ;; error ;; 13 ;; TTL 300 ;; 22 ;; VLAN 5000
pass in mac-from 00:11:22:33:44 ;; error ;; 18 ;; is not a MAC address
pass in mac-to 00-11-22-33-44-55 ;; error ;; 16 ;; is not a MAC address
# label
pass in label ssh ;; error ;; 15 ;; unexpected 'ssh' instead of a text in quotes
pass in label ;; error ;; 9 ;; a text in quotes is missing after 'label'
pass in label "ssh ;; error ;; 15 ;; no closing quote
pass in label "ssh\" ;; error ;; 15 ;; no closing quote
pass in label "a\nb" ;; error ;; 15 ;; wrong escape
pass in label "1234567890123456789012345678901234567890123456789012345678901234" ;; error ;; 15 ;; longer than 63 bytes
pass in label "a	b" ;; error ;; 15 ;; unprintable bytes
pass in label "ä" ;; error ;; 15 ;; unprintable bytes
# text
pass in<nul> ;; error ;; 8 ;; NUL byte
pass in # a <nul> comment ;; error ;; 13 ;; NUL byte
} ;; error ;; 1 ;; unexpected '}' instead of a statement
{ ;; error ;; 1 ;; unexpected '{' instead of a statement
"x" ;; error ;; 1 ;; unexpected text in quotes
pass in; drop in ;; error ;; 8 ;; unexpected ';'
foo<nl>pass in<nl>bar<nl>drop in proto tpc ;; error ;; 1:1 ;; unknown statement 'foo' ;; 3:1 ;; unknown statement 'bar' ;; 4:15 ;; unknown protocol 'tpc'
	pass in ttl x ;; error ;; 14 ;; 'x' is not a number
