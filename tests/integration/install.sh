#!/bin/sh
# install.sh SOURCE BUILD CMAKE CC: installs the SDK into an empty prefix and builds
# the example operator from that alone, once with CMake and once with pkg-config and
# one line.
set -eu

source=$1 build=$2 cmake=$3 cc=$4
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

"$cmake" --install "$build" --prefix "$tmp/prefix" --component sdk >/dev/null
mkdir "$tmp/hello"
cp "$source/sdk/examples/hello/hello.c" "$tmp/hello/"
cd "$tmp/hello"

cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.25)
project(hello LANGUAGES C)
find_package(Thalweg 0.1 REQUIRED)
thalweg_add_plugin(hello hello.c)
END
"$cmake" -S . -B build -G Ninja -DCMAKE_PREFIX_PATH="$tmp/prefix" -DCMAKE_C_COMPILER="$cc" >log 2>&1 || { cat log; exit 1; }
"$cmake" --build build >log 2>&1 || { cat log; exit 1; }
"$cmake" --install build --prefix "$tmp/other" >log 2>&1 || { cat log; exit 1; }
find "$tmp/other" -path '*/thalweg/plugins/hello.so' | grep -q . || { echo "the plugin was not installed"; exit 1; }

PKG_CONFIG_PATH=$(find "$tmp/prefix" -type d -name pkgconfig)
export PKG_CONFIG_PATH
pkg-config --exists thalweg
"$cc" -std=c11 -O2 -Wall -Wextra -Werror -fPIC -shared -fvisibility=hidden -Wl,-z,defs \
	$(pkg-config --cflags thalweg) hello.c -o line.so

for so in build/hello.so line.so; do
	symbols=$(nm -D --defined-only "$so" | awk '{ print $3 }')
	[ "$symbols" = tw_plugin ] || { echo "$so exports: $symbols"; exit 1; }
done

# Nothing of this machine in what was installed.
! grep -rF -e "$source" -e "$build" "$tmp/prefix" || { echo "the installed SDK names the build's folders"; exit 1; }
echo "built with CMake and with pkg-config"
