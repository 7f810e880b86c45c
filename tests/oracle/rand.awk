# rand.awk - the same numbers everywhere: Park and Miller's generator, whose products
# fit a double, and the times of a day counted in ms.

function seed_with(s) {
	rand_state = s % 2147483646 + 1
}

# A whole number 0 .. n-1.
function below(n) {
	rand_state = rand_state * 16807 % 2147483647
	return int(rand_state / 2147483647 * n)
}

# True in p of 1000.
function chance(p) {
	return below(1000) < p
}

# One of a list split by blanks.
function pick(list, parts) {
	return parts[1 + below(split(list, parts, " "))]
}

# RFC 3339 of ms since 2026-01-01T00:00:00Z, with 3 digits; good for that year.
function stamp(ms, days, month, len) {
	days = int(ms / 86400000)
	ms -= days * 86400000
	split("31 28 31 30 31 30 31 31 30 31 30 31", len, " ")
	for (month = 1; days >= len[month]; month++)
		days -= len[month]
	return sprintf("2026-%02d-%02dT%02d:%02d:%02d.%03dZ", month, days + 1, int(ms / 3600000), int(ms / 60000) % 60, \
		int(ms / 1000) % 60, ms % 1000)
}
