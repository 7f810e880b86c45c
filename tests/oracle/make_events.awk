# make_events.awk - events of web services, NDJSON: the input of graphs/quickstart.json.
#
#	awk -f tests/oracle/rand.awk -f tests/oracle/make_events.awk -v n=1000000 >events.ndjson
#
# n: lines (2000); seed: another choice (1). Times are up to 4 s out of order; some
# lines are no JSON, some members are null or missing, texts have escapes and UTF-8.

function text(k) {
	k = below(14)
	if (k == 0) return "said \\\"no\\\" to the client"
	if (k == 1) return "line one\\nline two\\ttabbed"
	if (k == 2) return "Z\\u00fcrich \\u2603 \\ud83d\\ude00"
	if (k == 3) return "Zürich ☃ 😀 straight"
	if (k == 4) return "path C:\\\\logs\\/today"
	if (k == 5) return ""
	if (k == 6) return "ok"
	if (k == 7) return "upstream timed out after 3 tries, giving up on this request and answering 504"
	return "handled request " below(100000)
}

# Most requests are quick, a few are slow.
function latency(k) {
	k = below(1000)
	if (k < 10) return "null"
	if (k < 700) return 5 + below(60)
	if (k < 950) return 60 + below(240)
	if (k < 995) return 300 + below(1500)
	return 2000 + below(28000)
}

function level(k) {
	k = below(100)
	if (k < 25) return "debug"
	if (k < 80) return "info"
	if (k < 92) return "warn"
	return "error"
}

function user(k) {
	k = below(100)
	if (k < 3) return "\"user\":null,"
	if (k < 5) return ""
	if (k < 7) return "\"user\":{\"name\":\"nobody\"},"
	return "\"user\":{\"id\":\"u" below(500) "\"" (chance(300) ? ",\"roles\":[\"a\",{\"b\":[1,2.5e3,true]}]" : "") "},"
}

function bad(k) {
	k = below(6)
	if (k == 0) return "{\"ts\":\"" stamp(at) "\",\"service\":\"checkout\",\"level\":\"err"
	if (k == 1) return "this line is no JSON at all"
	if (k == 2) return "[1,2,3"
	if (k == 3) return "{\"ts\":\"yesterday\",\"service\":\"cart\",\"level\":\"info\",\"latency_ms\":12,\"msg\":\"x\"}"
	if (k == 4) return "{\"service\":\"cart\",\"level\":\"info\",\"latency_ms\":12,\"msg\":\"no time\"}"
	return "{\"ts\":\"" stamp(at) "\",\"service\":\"cart\",\"level\":\"info\",\"latency_ms\":12,}"
}

function event(when, lat) {
	when = stamp(at - (chance(120) ? below(4000) : 0))
	if (chance(50)) sub(/Z$/, "250Z", when)
	lat = latency()
	return "{\"ts\":\"" when "\",\"service\":\"" pick(services) "\",\"level\":\"" level() "\"," \
		(lat == "null" && chance(500) ? "" : "\"latency_ms\":" lat ",") user() "\"msg\":\"" text() "\"}"
}

BEGIN {
	if (!n) n = 2000
	seed_with(seed ? seed : 1)
	# the two spellings of one name must fall into one group
	services = "checkout checkout checkout cart cart search search search search auth payment z\\u00fcrich-api zürich-api"
	at = 86400000 + 3 * 3600000 + 4 * 60000 # 2026-01-02T03:04:00Z
	for (i = 0; i < n; i++) {
		at += below(121)
		print chance(5) ? bad() : event()
	}
}
