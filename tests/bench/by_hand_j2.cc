/*
 * by_hand_j2.cc FILE: J2 with simdjson's on-demand parser. Events come in order of
 * time, so a window is written when the first event behind it comes. The values of a
 * window are kept by key, and p99 is exact: rank floor(0.99 (n - 1)).
 */
#include "by_hand.h"

#include <algorithm>

/* Keys to numbers from 0, in open addressing. Text behind a key may be read: blocks
 * have padding. */
class keys
{
      public:
	keys() : table(1 << 16)
	{
	}

	uint32_t number(std::string_view s)
	{
		uint64_t h = hash(s);

		for (size_t i = h & (table.size() - 1);; i = (i + 1) & (table.size() - 1)) {
			entry &e = table[i];
			if (!e.used)
				return add(e, s, h);
			if (e.hash == h && texts[e.number] == s)
				return e.number;
		}
	}

	const std::string &text(uint32_t number) const
	{
		return texts[number];
	}

      private:
	struct entry {
		uint64_t hash;
		uint32_t number;
		bool used;
	};

	static uint64_t mix(uint64_t a)
	{
		auto m = (unsigned __int128)a * 0x9e3779b97f4a7c15u;
		return (uint64_t)m ^ (uint64_t)(m >> 64);
	}

	static uint64_t hash(std::string_view s)
	{
		uint64_t h = s.size();

		for (size_t i = 0; i < s.size(); i += 8) {
			uint64_t w;
			memcpy(&w, s.data() + i, 8);
			if (s.size() - i < 8)
				w &= (UINT64_C(1) << (8 * (s.size() - i))) - 1;
			h = mix(h ^ w);
		}
		return h;
	}

	uint32_t add(entry &e, std::string_view s, uint64_t h)
	{
		if (2 * texts.size() >= table.size()) {
			grow();
			return number(s);
		}
		e = {h, (uint32_t)texts.size(), true};
		texts.emplace_back(s);
		return e.number;
	}

	void grow()
	{
		std::vector<entry> old(2 * table.size());
		old.swap(table);
		for (const entry &e : old)
			if (e.used) {
				size_t i = e.hash & (table.size() - 1);
				while (table[i].used)
					i = (i + 1) & (table.size() - 1);
				table[i] = e;
			}
	}

	std::vector<entry> table;
	std::vector<std::string> texts;
};

class window
{
      public:
	void add(std::string_view time, std::string_view key, uint32_t latency)
	{
		if (time.size() < 20)
			throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
		if (memcmp(second, time.data(), sizeof second) != 0) {
			close();
			memcpy(second, time.data(), sizeof second);
		}
		uint32_t k = names.number(key);
		if (k >= values.size())
			values.resize(k + 1);
		if (values[k].empty())
			open.push_back(k);
		values[k].push_back(latency);
	}

	void close()
	{
		for (uint32_t k : open) {
			write(names.text(k), values[k]);
			values[k].clear();
		}
		open.clear();
		out.flush();
	}

      private:
	void write(const std::string &key, std::vector<uint32_t> &v)
	{
		auto p99 = v.begin() + (ptrdiff_t)((v.size() - 1) * 99 / 100);
		int64_t sum = 0;

		for (uint32_t x : v)
			sum += x;
		std::nth_element(v.begin(), p99, v.end());
		out.put("{\"window_start\":\"");
		out.put({second, sizeof second});
		out.put("Z\",\"key\":\"");
		out.put(key);
		out.put("\",\"n\":");
		out.put((int64_t)v.size());
		out.put(",\"sum\":");
		out.put(sum);
		out.put(",\"p99\":");
		out.put((int64_t)*p99);
		out.put("}\n");
	}

	char second[19] = {}; /* 2026-01-01T00:00:00 */
	keys names;
	std::vector<std::vector<uint32_t>> values; /* by key; memory stays from window to window */
	std::vector<uint32_t> open;                /* keys with values */
	writer out;
};

static void line(simdjson::ondemand::object o, window &w)
{
	simdjson::ondemand::value ts = o.find_field_unordered("ts");
	std::string_view time = inside(ts);
	simdjson::ondemand::value k = o.find_field_unordered("key");
	std::string_view key = inside(k);

	w.add(time, key, (uint32_t)(uint64_t)o.find_field_unordered("latency"));
}

int main(int argc, char **argv)
{
	if (by_hand_version(argc, argv))
		return 0;
	if (argc != 2)
		return 2;
	blocks in(argv[1]);
	window w;
	simdjson::ondemand::parser parser;

	for (std::string_view b = in.next(); !b.empty(); b = in.next()) {
		simdjson::ondemand::document_stream lines = parser.iterate_many(b.data(), b.size(), b.size());
		for (auto doc : lines)
			line(doc.get_object(), w);
	}
	w.close();
	return 0;
}
