/*
 * by_hand_parse.cc three|all FILE: values of all lines into columns, some thousand
 * rows at a time, and nothing done with them: three with simdjson's on-demand parser,
 * all eleven with its DOM. Prints how many rows there were, and a sum of one column.
 */
#include "by_hand.h"

constexpr size_t ROWS = 512;

template <typename T> using column = T[ROWS];

struct columns {
	column<std::string_view> ts, level, service, key, name, path, msg;
	column<int64_t> latency, status, user;
	column<double> ratio;
};

struct total {
	uint64_t rows = 0;
	int64_t latency = 0;
};

/* The compiler must not see that nobody reads the columns. */
static void full(columns &c, size_t n, total &t)
{
	asm("" : : "r"(&c) : "memory");
	for (size_t i = 0; i < n; i++)
		t.latency += c.latency[i];
	t.rows += n;
}

static void three(std::string_view block, simdjson::ondemand::parser &parser, columns &c, total &t)
{
	simdjson::ondemand::document_stream lines = parser.iterate_many(block.data(), block.size(), block.size());
	size_t n = 0;

	for (auto doc : lines) {
		simdjson::ondemand::object o = doc.get_object();
		c.level[n] = o.find_field_unordered("level");
		c.service[n] = o.find_field_unordered("service");
		c.latency[n] = o.find_field_unordered("latency");
		if (++n == ROWS) {
			full(c, n, t);
			n = 0;
		}
	}
	full(c, n, t);
}

static void user(simdjson::dom::object o, columns &c, size_t n)
{
	for (auto [key, v] : o) {
		if (key == "id")
			c.user[n] = v;
		else if (key == "name")
			c.name[n] = v;
	}
}

/* One pass over the members: looking each up by name would be a walk for each. */
static void event(simdjson::dom::object o, columns &c, size_t n)
{
	for (auto [key, v] : o) {
		if (key == "ts")
			c.ts[n] = v;
		else if (key == "level")
			c.level[n] = v;
		else if (key == "service")
			c.service[n] = v;
		else if (key == "key")
			c.key[n] = v;
		else if (key == "latency")
			c.latency[n] = v;
		else if (key == "status")
			c.status[n] = v;
		else if (key == "user")
			user(v, c, n);
		else if (key == "path")
			c.path[n] = v;
		else if (key == "msg")
			c.msg[n] = v;
		else if (key == "ratio")
			c.ratio[n] = v;
	}
}

/* Strings lie in the parser's memory, which the next line takes again: as columns they
 * would have to be copied. That is spared here. */
static void all(std::string_view block, simdjson::dom::parser &parser, columns &c, total &t)
{
	simdjson::dom::document_stream lines = parser.parse_many(block.data(), block.size(), block.size());
	size_t n = 0;

	for (auto doc : lines) {
		event(doc, c, n);
		if (++n == ROWS) {
			full(c, n, t);
			n = 0;
		}
	}
	full(c, n, t);
}

int main(int argc, char **argv)
{
	if (by_hand_version(argc, argv))
		return 0;
	if (argc != 3)
		return 2;
	blocks in(argv[2]);
	static columns c;
	total t;
	simdjson::ondemand::parser ondemand;
	simdjson::dom::parser dom;

	for (std::string_view b = in.next(); !b.empty(); b = in.next()) {
		if (strcmp(argv[1], "three") == 0)
			three(b, ondemand, c, t);
		else
			all(b, dom, c, t);
	}
	printf("%llu %lld\n", (unsigned long long)t.rows, (long long)t.latency);
	return 0;
}
