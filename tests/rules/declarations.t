# default, option, define, set
default in drop ;; ok ;; default in drop<nl>default out pass
default out drop<nl>default in pass stateless ;; ok ;; default in pass stateless<nl>default out drop
default in drop stateless ;; ok ;; default in drop stateless<nl>default out pass
default malformed drop ;; ok ;; -
default malformed pass ;; ok ;; -
default nonip drop ;; ok ;; -
default nonip pass ;; ok ;; 
default nd rules ;; ok ;; -
default nd pass ;; ok ;; 
default in drop<nl>default out pass<nl>default malformed drop<nl>default nonip drop<nl>default nd rules<nl>option flows 4096<nl>option timeout tcp-syn 30s<nl>option state if-bound<nl>set s { type net; }<nl>pass in ;; ok ;; -
pass in<nl>set s { type net; }<nl>option flows 4096<nl>default in drop ;; ok ;; default in drop<nl>default out pass<nl>option flows 4096<nl>set s { type net; }<nl>pass in
default in drop<nl>default in pass ;; error ;; 2:9 ;; 'default in' is given twice
default out drop<nl>default out drop ;; error ;; 2:9 ;; 'default out' is given twice
default malformed drop<nl>default malformed drop ;; error ;; 2:9 ;; given twice
default nonip pass<nl>default nonip pass ;; error ;; 2:9 ;; given twice
default nd pass<nl>default nd rules ;; error ;; 2:9 ;; given twice
default in reject ;; error ;; 12 ;; a default is pass or drop, not 'reject'
default in ;; error ;; 9 ;; pass or drop is missing after 'in'
default ;; error ;; 1 ;; is missing after 'default'
default foo pass ;; error ;; 9 ;; unknown default 'foo'
default nd drop ;; error ;; 12 ;; 'default nd' is pass or rules
default in drop stateless now ;; error ;; 27 ;; unexpected 'now'
default nonip drop stateless ;; error ;; 20 ;; unexpected 'stateless'
option flows 1000000 ;; ok ;; -
option flows 1024 ;; ok ;; -
option flows 1023 ;; error ;; 14 ;; out of range (1024 to 16777216)
option flows 99999999999999999999999 ;; error ;; 14 ;; out of range
option flows many ;; error ;; 14 ;; 'many' is not a number
option flows ;; error ;; 8 ;; a number is missing after 'flows'
option flows 4096<nl>option flows 4096 ;; error ;; 2:8 ;; 'option flows' is given twice
option tcp-loose off ;; ok ;; -
option tcp-loose on ;; ok ;; -
option tcp-loose maybe ;; error ;; 18 ;; 'maybe' is neither on nor off
option tcp-loose ;; error ;; 8 ;; on or off is missing after 'tcp-loose'
option tcp-loose on<nl>option tcp-loose off ;; error ;; 2:8 ;; given twice
option timeout tcp-established 1d ;; ok ;; -
option timeout tcp-established 86400 ;; ok ;; option timeout tcp-established 1d
option timeout udp-replied 90 ;; ok ;; option timeout udp-replied 90s
option timeout icmp 60s<nl>option timeout other 3600 ;; ok ;; option timeout icmp 1m<nl>option timeout other 1h
option timeout fragment 5s ;; ok ;; -
option timeout tcp-syn 0 ;; error ;; 24 ;; out of range
option timeout tcp-syn 5x ;; error ;; 24 ;; '5x' is not a time
option timeout tcp-syn s ;; error ;; 24 ;; 's' is not a time
option timeout tcp-sin 5s ;; error ;; 16 ;; unknown timeout 'tcp-sin' (did you mean 'tcp-syn'?)
option timeout xx 5s ;; error ;; 16 ;; unknown timeout 'xx' (tcp-syn, tcp-established, tcp-closing, tcp-closed, udp-unreplied, udp-replied, icmp, other or fragment)
option timeout tcp-syn 5s<nl>option timeout tcp-syn 6s ;; error ;; 2:16 ;; given twice
option timeout tcp-syn ;; error ;; 16 ;; a time is missing after 'tcp-syn'
option state floating ;; ok ;; -
option state if-bound ;; ok ;; -
option state bound ;; error ;; 14 ;; unknown state 'bound'
option state floating<nl>option state floating ;; error ;; 2:8 ;; given twice
option size 5 ;; error ;; 8 ;; unknown option 'size'
# define
define web = { 10.0.0.10, 10.0.0.11 }<nl>pass in to $web ;; ok ;; pass in to { 10.0.0.10 10.0.0.11 }
define web = 10.0.0.10<nl>pass in to $web port 80 ;; ok ;; pass in to 10.0.0.10 port 80
define web=10.0.0.10<nl>pass in to ! $web ;; ok ;; pass in to ! 10.0.0.10
define web={ 10.0.0.10 }<nl>pass in to { $web 10.0.0.11 } ;; ok ;; pass in to { 10.0.0.10 10.0.0.11 }
define web= 10.0.0.10<nl>define all ={ $web 10.0.0.9 }<nl>pass in to $all ;; ok ;; pass in to { 10.0.0.10 10.0.0.9 }
define p = { 80 https 8000-8099 }<nl>pass in to port $p ;; ok ;; pass in to port { 80 443 8000-8099 }
define p = { tcp udp }<nl>pass in proto $p ;; ok ;; pass in proto { tcp udp }
define p = 22<nl>pass in proto $p to port $p ttl $p ;; error ;; 2:21 ;; 'port' needs proto
define p = 22<nl>pass in to port $p ttl $p vlan $p ;; ok ;; pass in to port 22 vlan 22 ttl 22
define i = { eth0 wg0 }<nl>pass in on $i ;; ok ;; pass in on { eth0 wg0 }
define m = 00:11:22:33:44:55<nl>pass in mac-from $m ;; ok ;; pass in mac-from 00:11:22:33:44:55
define t = { echo-request nd-redirect }<nl>pass in icmp-type $t ;; ok ;; pass in icmp-type { echo-request nd-redirect }
define d = { ef cs1 }<nl>pass in dscp $d ;; ok ;; pass in dscp { ef cs1 }
define nets = {<nl>10.0.0.0/8<nl># c<nl>192.168.0.0/16<nl>}<nl>drop in from ! $nets ;; ok ;; drop in from ! { 10.0.0.0/8 192.168.0.0/16 }
define a = 10.0.0.1<nl>set s { type net; $a, 10.0.0.2 } ;; ok ;; set s { type net; 10.0.0.1, 10.0.0.2 }
define unused = 10.0.0.1/8 ;; error ;; 17 ;; host bits set in '10.0.0.1/8' (did you mean 10.0.0.0/8?)
define unused = { 80 99999 } ;; error ;; 22 ;; 99999 is out of range
define unused = 10.0.0.300 ;; error ;; 17 ;; '10.0.0.300' is not an address
define unused = { tcp tpc } ;; error ;; 23 ;; unknown name 'tpc' (did you mean 'tcp'?)
define unused = 443-80 ;; error ;; 17 ;; '443-80' ends before it starts
define unused = 10.0.0.0/33 ;; error ;; 17 ;; no valid prefix length
define unused = ::ffff:1.2.3.4 ;; error ;; 17 ;; IPv4 address in IPv6 form
define unused = { 10.0.0.1 80 } ;; error ;; 28 ;; not of the same kind
define unused = { } ;; error ;; 17 ;; the list is empty
define unused = ! 10.0.0.1 ;; error ;; 17 ;; cannot be negated
define unused = { ! 10.0.0.1 } ;; error ;; 19 ;; '!' cannot stand in a list
define unused = @s ;; error ;; 17 ;; a set cannot be part of a define
define x = tpc<nl>pass in proto $x ;; error ;; 12 ;; unknown protocol 'tpc' (did you mean 'tcp'?)
define web = 10.0.0.1<nl>pass in to port $web ;; error ;; 2:17 ;; '$web' does not hold ports: '10.0.0.1' (line 1)
define web = 10.0.0.1<nl>define web = 10.0.0.2 ;; error ;; 2:8 ;; 'web' is defined twice (first on line 1)
define web = 10.0.0.1/8<nl>pass in to $web ;; error ;; 14 ;; host bits
pass in to $web<nl>define web = 10.0.0.1 ;; error ;; 12 ;; unknown name '$web'
define web = 10.0.0.1<nl>pass in to $wbe ;; error ;; 2:12 ;; unknown name '$wbe' (did you mean '$web'?)
define a = $a ;; error ;; 12 ;; unknown name '$a'
define web 10.0.0.1 ;; error ;; 12 ;; instead of '='
define = 10.0.0.1 ;; error ;; 8 ;; '=' is not a name
define web = ;; error ;; 12 ;; a value is missing after '='
define web ;; error ;; 8 ;; '=' is missing after 'web'
define ;; error ;; 1 ;; a name is missing
define web = 10.0.0.1 10.0.0.2 ;; error ;; 23 ;; a list is written { a b }
define w.b = 10.0.0.1 ;; error ;; 8 ;; 'w.b' is not a name
# sets
set s { type net; } ;; ok ;; -
set s { type addr } ;; ok ;; set s { type addr; }
set s { type net; 192.0.2.0/24, 2001:db8::/32 } ;; ok ;; -
set s {<nl> type net<nl> 192.0.2.0/24<nl> 192.0.2.0/24 10.0.0.1/32;<nl>} ;; ok ;; set s { type net; 192.0.2.0/24, 10.0.0.1 }
set s { 10.0.0.1; type addr } ;; ok ;; set s { type addr; 10.0.0.1 }
set a { type addr; }<nl>set b { type net; }<nl>drop in from @b to @a ;; ok ;; -
set s { type addr; 10.0.0.0/8 } ;; error ;; 20 ;; a set of type addr holds no prefixes
set s { type net; 10.0.0.1-10.0.0.9 } ;; error ;; 19 ;; a range cannot be an element
set s { type net; 10.0.0.1/8 } ;; error ;; 19 ;; did you mean 10.0.0.0/8?
set s { type net; foo } ;; error ;; 19 ;; 'foo' is not an address
set s { type net; ::ffff:1.2.3.4 } ;; error ;; 19 ;; (write 1.2.3.4)
set s { type port; } ;; error ;; 14 ;; unknown set type 'port'
set s { type net; type net; } ;; error ;; 19 ;; 'type' is given twice
set s { 10.0.0.1 } ;; error ;; 7 ;; the set has no type
set s { } ;; error ;; 7 ;; the set has no type
set s { type net; timeout 1h; size 200000; } ;; error ;; 19 ;; 'timeout' is not available in this version yet
set s { type net; size 200000; } ;; error ;; 19 ;; 'size' is not available in this version yet
set s { type net; }<nl>set s { type net; } ;; error ;; 2:5 ;; set 's' is declared twice (first on line 1)
set s ;; error ;; 5 ;; '{' is missing after 's'
set ;; error ;; 1 ;; a name is missing
set s { type net;<nl>pass in ;; error ;; 7 ;; the set has no closing '}'
set s { type net; ;; error ;; 7 ;; the set has no closing '}'
set s { type net; file x } ;; error ;; 24 ;; unexpected 'x' instead of a path in quotes
set s { type net; file "" } ;; error ;; 24 ;; needs the path of a file
set s { type net; ! 10.0.0.1 } ;; error ;; 19 ;; unexpected '!'
set a/b { type net; } ;; error ;; 5 ;; 'a/b' is not a name
set s23456789012345678901234567890x2 { type net; } ;; error ;; 5 ;; more than 31 bytes
set s { type net; 10.0.0.0/33 }<nl>pass in from @s ;; error ;; 19 ;; prefix length
