# make_readings.awk - readings of sensors, NDJSON: the input of graphs/sensors.json.
#
#	awk -f tests/oracle/rand.awk -f tests/oracle/make_readings.awk -v n=1000000 >readings.ndjson
#
# n: lines (2000); seed: another choice (1). Temperatures are quarters of a degree, so
# that sums of them are exact in any order.

BEGIN {
	if (!n) n = 2000
	seed_with(seed ? seed : 1)
	at = 86400000 + 12 * 3600000
	for (i = 0; i < n; i++) {
		at += below(201)
		s = below(8)
		printf "{\"sensor\":\"s-%02d\",\"site\":\"%s\",\"at\":\"%s\",", s, s < 4 ? "north hall, rack 12" : "yard", \
			stamp(at - (chance(80) ? below(900) : 0))
		printf "\"celsius\":%s,\"humidity\":%s,\"ok\":%s}\n", \
			chance(20) ? "null" : 10 + s * 2 + below(80) / 4, chance(20) ? "null" : 30 + below(61), \
			chance(15) ? "false" : "true"
	}
}
