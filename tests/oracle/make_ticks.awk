# make_ticks.awk - trades as CSV with a header: the input of graphs/ticks.json.
#
#	awk -f tests/oracle/rand.awk -f tests/oracle/make_ticks.awk -v n=1000000 >ticks.csv
#
# n: records (2000); seed: another choice (1). Times are up to 0.9 s out of order, and
# some are the same; some fields are quoted, with separators, quotes or newlines in
# them; some records are no trades.

# A symbol as it stands in the file: two have to be quoted, one is at times.
function symbol(k) {
	k = below(20)
	if (k == 0) return "\"RDS,A\""
	if (k == 1) return "\"O\"\"N\""
	if (k == 2) return chance(500) ? "\"SYM02\"" : "SYM02"
	return sprintf("SYM%02d", k)
}

# Cents with as few digits as they need; negative now and then, as of spreads.
function price(c) {
	c = (chance(5) ? -1 : 1) * (2000 + below(500))
	if (c % 100 == 0) return c / 100 ""
	if (c % 10 == 0) return sprintf("%.1f", c / 100)
	return sprintf("%.2f", c / 100)
}

function note(k) {
	k = below(100)
	if (k == 0) return "\"odd lot, by telephone\""
	if (k == 1) return "\"said \"\"at once\"\"\""
	if (k == 2) return "\"first line\nsecond, line\""
	return ""
}

function bad(when, k) {
	k = below(5)
	if (k == 0) return when ",SYM05,n/a,100,B,XNAS,"
	if (k == 1) return when ",SYM05,21.50,100,B"
	if (k == 2) return "yesterday,SYM05,21.50,100,B,XNAS,"
	if (k == 3) return when ",SYM05,21.50,,B,XNAS,"
	return when ",SYM05,21.505,100,B,XNAS,"
}

BEGIN {
	if (!n) n = 2000
	seed_with(seed ? seed : 1)
	print "ts,symbol,price,qty,side,venue,note"
	at = 86400000 + 9 * 3600000 + 30 * 60000
	for (i = 0; i < n; i++) {
		at += below(21)
		when = stamp(at - (chance(120) ? below(900) : 0))
		if (chance(700)) sub(/Z$/, sprintf("%03dZ", below(1000)), when)
		if (chance(4))
			print bad(when)
		else
			print when "," symbol() "," price() "," 100 * (1 + below(9)) "," pick("B S") "," \
				pick("XNAS XNYS ARCX") "," note()
	}
}
