# make_flows.awk - flow log of a network, blanks between fields: the input of
# graphs/talkers.json.
#
#	awk -f tests/oracle/rand.awk -f tests/oracle/make_flows.awk -v n=1000000 >flows.log
#
# n: lines (2000); seed: another choice (1). A few addresses send most. Times are up to
# 1.5 s out of order; lines of intervals without traffic have "-" for fields.

function line(when, s, packets) {
	# the square of a random number: small ones are the most frequent
	s = int(below(1000) * below(1000) / 4000)
	packets = 1 + int(below(300) * below(300) / (600 + 20 * s))
	return when " 10.0." s % 4 "." s " 192.0.2." below(200) " " 32768 + below(28000) " " pick("443 443 443 80 53 22") " " \
		pick("tcp tcp tcp udp") " " packets " " packets * (60 + below(1400)) " " (chance(60) ? "reject" : "accept")
}

BEGIN {
	if (!n) n = 2000
	seed_with(seed ? seed : 1)
	at = 86400000 + 15 * 3600000
	for (i = 0; i < n; i++) {
		at += below(61)
		when = stamp(at - (chance(150) ? below(1500) : 0))
		if (chance(3))
			print when " - - - - - - - nodata"
		else if (chance(2))
			print "-- log of router r-2 begins --"
		else
			print line(when)
	}
}
