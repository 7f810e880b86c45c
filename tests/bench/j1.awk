# j1.awk - J1 by finding pieces of text. It is no reader of JSON: it relies on what
# make_ndjson writes (the order of members, no blanks, no escapes in the three values),
# and validates nothing. So it does less than the others do.
function after(name, at) {
	at = index($0, "\"" name "\":")
	return at ? substr($0, at + length(name) + 3) : ""
}

index($0, "\"level\":\"error\"") {
	latency = after("latency") + 0 # up to the first byte that is no digit
	if (latency <= 200) next
	service = after("service")
	print substr($0, 1, index($0, "\",\"")) ",\"service\":" substr(service, 1, index(service, ",") - 1) ",\"latency\":" latency "}"
}
