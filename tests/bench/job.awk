# job.awk - the job of jobs.sh by finding pieces of text. It is no reader of JSON: it
# relies on what make_events.awk writes (the order of members, no blanks, no quotes in
# the three values) and leaves escapes as they are. So it does less than the others do.
function after(name, at) {
	at = index($0, "\"" name "\":")
	return at ? substr($0, at + length(name) + 3) : ""
}

index($0, "\"level\":\"error\"") {
	ms = after("latency_ms") + 0 # up to the first byte that is no digit; null is 0
	if (ms <= 200) next
	service = after("service")
	print substr($0, 1, index($0, "\",\"")) ",\"service\":" substr(service, 1, index(service, ",") - 1) ",\"latency_ms\":" ms "}"
}
