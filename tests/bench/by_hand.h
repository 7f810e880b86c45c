/*
 * by_hand.h - what the programs written by hand on simdjson share: whole lines of a
 * file in blocks with simdjson's padding behind them, and text on its way to standard
 * output. One thread: without -pthread simdjson's header leaves its threads out.
 */
#ifndef BENCH_BY_HAND_H
#define BENCH_BY_HAND_H

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#ifdef SIMDJSON_THREADS_ENABLED
#error "the yardstick runs on one thread"
#endif

[[noreturn]] static inline void die(const char *what)
{
	perror(what);
	exit(1);
}

class blocks
{
      public:
	explicit blocks(const char *path) : fd(open(path, O_RDONLY)), memory(MAX + BLOCK + simdjson::SIMDJSON_PADDING)
	{
		if (fd < 0)
			die(path);
	}

	~blocks()
	{
		close(fd);
	}
	blocks(const blocks &) = delete;
	blocks &operator=(const blocks &) = delete;

	/* The next whole lines, as many as one read gave; empty at the end. */
	std::string_view next()
	{
		for (;;) {
			memmove(memory.data(), memory.data() + used, have - used);
			have -= used;
			used = 0;
			if (have > MAX) {
				fprintf(stderr, "a line is too long\n");
				exit(1);
			}
			ssize_t n = read(fd, memory.data() + have, BLOCK);
			if (n < 0)
				die("read");
			if (n == 0)
				return {memory.data(), used = have};
			have += (size_t)n;
			auto end = static_cast<char *>(memrchr(memory.data(), '\n', have));
			if (end)
				return {memory.data(), used = (size_t)(end + 1 - memory.data())};
		}
	}

      private:
	static constexpr size_t BLOCK = 1 << 18, MAX = 1 << 20;
	int fd;
	size_t have = 0, used = 0;
	std::vector<char> memory;
};

class writer
{
      public:
	writer() : memory(SIZE)
	{
	}
	~writer()
	{
		flush();
	}
	writer(const writer &) = delete;
	writer &operator=(const writer &) = delete;

	void put(std::string_view s)
	{
		if (n + s.size() > SIZE)
			flush();
		memcpy(memory.data() + n, s.data(), s.size());
		n += s.size();
	}

	void put(int64_t v)
	{
		if (n + 24 > SIZE)
			flush();
		n = (size_t)(std::to_chars(memory.data() + n, memory.data() + SIZE, v).ptr - memory.data());
	}

	void flush()
	{
		for (size_t at = 0; at < n;) {
			ssize_t k = write(1, memory.data() + at, n - at);
			if (k < 0)
				die("write");
			at += (size_t)k;
		}
		n = 0;
	}

      private:
	static constexpr size_t SIZE = 1 << 18;
	size_t n = 0;
	std::vector<char> memory;
};

/* The text of a string without its quotes, escapes as they stand. */
static inline std::string_view inside(simdjson::ondemand::value v)
{
	std::string_view s = v.raw_json_token();

	if (s[0] != '"')
		throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
	return s.substr(1, s.rfind('"') - 1);
}

#define BY_HAND_STRING_(x) #x
#define BY_HAND_STRING(x) BY_HAND_STRING_(x)

/* --version: what was compiled in. */
static inline bool by_hand_version(int argc, char **argv)
{
	if (argc != 2 || strcmp(argv[1], "--version") != 0)
		return false;
	printf("%s, %s, no threads\n", BY_HAND_STRING(SIMDJSON_VERSION),
	       simdjson::get_active_implementation()->name().c_str());
	return true;
}

#endif
