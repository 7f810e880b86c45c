# lint.sh - what the lints share; sourced by them. The working directory is the
# root of the tree. Each prints "file:line: what is wrong" and ends with 1 if
# there was any.

# All of our C sources and headers.
sources() {
	find engine sdk plugins tests -name '*.[ch]' -type f | grep -v '/build' | LC_ALL=C sort
}

# Ends the lint: the findings are on standard input.
verdict() {
	if grep .; then
		exit 1
	fi
	echo "nothing found"
}
