# make_clicks.awk - clicks of a web site, NDJSON: the input of graphs/sessions.json.
#
#	awk -f tests/oracle/rand.awk -f tests/oracle/make_clicks.awk -v n=1000000 >clicks.ndjson
#
# n: lines (2000); seed: another choice (1). A user clicks every 20 s on average, so
# that sessions of 30 s are of one click and of many. Times are up to 3 s out of order;
# in most of the lines they are whole seconds, so that clicks are exactly a gap apart.

function page(k) {
	k = below(12)
	if (k < 4) return "/"
	if (k < 7) return "/products/" below(20)
	if (k < 8) return "/caf\\u00e9"
	if (k < 9) return "/café"
	if (k < 10) return "/a \\\"new\\\" page"
	if (k < 11) return "/cart"
	return "/checkout"
}

function user(k) {
	k = below(1000)
	if (k < 15) return "null"
	if (k < 25) return "{\"name\":\"guest\"}"
	return sprintf("{\"id\":\"u-%03d\",\"plan\":\"%s\"}", below(100), pick("free free paid"))
}

function bad(k) {
	k = below(3)
	if (k == 0) return "{\"at\":\"" stamp(at) "\",\"user\":{\"id\":\"u-0"
	if (k == 1) return "{\"user\":{\"id\":\"u-001\"},\"page\":\"/\"}"
	return "clicks of another day"
}

BEGIN {
	if (!n) n = 2000
	seed_with(seed ? seed : 1)
	at = 86400000 + 20 * 3600000
	for (i = 0; i < n; i++) {
		at += below(401)
		if (chance(4)) {
			print bad()
			continue
		}
		when = at - (chance(120) ? below(2001) : 0)
		if (chance(700)) when -= when % 1000
		printf "{\"at\":\"%s\",\"user\":%s,", stamp(when), user()
		if (chance(990)) printf "\"page\":\"%s\",", page()
		print "\"ms\":" below(3000) "}"
	}
}
