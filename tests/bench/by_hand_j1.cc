/*
 * by_hand_j1.cc FILE: J1 with simdjson's on-demand parser. A line that does not pass is
 * not looked at behind its level, and so not validated; strings are written as they
 * stood in the input, which needs no unescaping and no escaping.
 */
#include "by_hand.h"

static void line(simdjson::ondemand::object o, writer &out)
{
	/* in the order in which the members come: a wrong order would go round */
	simdjson::ondemand::value ts = o.find_field_unordered("ts");
	std::string_view time = inside(ts);

	if (inside(o.find_field_unordered("level")) != "error")
		return;
	simdjson::ondemand::value s = o.find_field_unordered("service");
	std::string_view service = inside(s);
	int64_t latency = o.find_field_unordered("latency");
	if (latency <= 200)
		return;
	out.put("{\"ts\":\"");
	out.put(time);
	out.put("\",\"service\":\"");
	out.put(service);
	out.put("\",\"latency\":");
	out.put(latency);
	out.put("}\n");
}

int main(int argc, char **argv)
{
	if (by_hand_version(argc, argv))
		return 0;
	if (argc != 2)
		return 2;
	blocks in(argv[1]);
	writer out;
	simdjson::ondemand::parser parser;

	for (std::string_view b = in.next(); !b.empty(); b = in.next()) {
		simdjson::ondemand::document_stream lines = parser.iterate_many(b.data(), b.size(), b.size());
		for (auto doc : lines)
			line(doc.get_object(), out);
	}
	return 0;
}
