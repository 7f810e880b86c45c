# make_access.awk - access log of a web server, NDJSON: the input of graphs/weblog.json.
#
#	awk -f tests/oracle/rand.awk -f tests/oracle/make_access.awk -v n=1000000 >access.ndjson
#
# n: lines (2000); seed: another choice (1).

function status(k) {
	k = below(1000)
	if (k < 880) return 200
	if (k < 900) return 301
	if (k < 930) return 304
	if (k < 975) return 404
	if (k < 985) return 403
	if (k < 995) return 500
	return 503
}

function path(k) {
	k = below(10)
	if (k < 4) return "/"
	if (k < 6) return "/products/" below(12)
	if (k < 8) return "/static/app." (chance(500) ? "js" : "css")
	if (k < 9) return "/search?q=caf\\u00e9&page=" below(3)
	return "/a/" below(5000)
}

BEGIN {
	if (!n) n = 2000
	seed_with(seed ? seed : 1)
	at = 86400000 + 9 * 3600000
	for (i = 0; i < n; i++) {
		at += below(241)
		if (chance(3)) {
			print "\"GET / HTTP/1.1\" 200"
			continue
		}
		printf "{\"time\":\"%s\",\"client\":\"10.%d.%d.%d\",\"method\":\"%s\",\"path\":\"%s\",\"status\":%d,", \
			stamp(at - (chance(100) ? below(1500) : 0)), below(4), below(256), below(256), \
			pick("GET GET GET GET GET POST HEAD"), path(), status()
		printf "\"bytes\":%s,\"ms\":%s,\"agent\":\"Mozilla/5.0 (X11; Linux x86_64)\"}\n", \
			chance(30) ? "null" : below(200000), below(4000) / 4
	}
}
