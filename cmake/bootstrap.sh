#!/bin/sh
# From a bare Debian to a running program: cmake/bootstrap.sh demo | test
# Installs what is missing (and nothing, without touching the network, when nothing is), configures, builds build/release, and runs minipy's tour
# of the files below /usr/share/doc, or every test.
set -eu
cd "$(dirname "$0")/.."

packages="g++ cmake ninja-build pkg-config libgc-dev libfmt-dev libgtest-dev libbenchmark-dev libedit-dev spin python3.11 libpython3.11-testsuite python3.11-doc"

usage() {
  echo "usage: cmake/bootstrap.sh demo | test" >&2
  exit 2
}
[ $# -eq 1 ] || usage
case $1 in demo | test) ;; *) usage ;; esac

say() { printf '== %s\n' "$*"; }
missing() {
  for package in $packages; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=absent
    [ "$status" = installed ] || printf '%s ' "$package"
  done
}

need=$(missing)
if [ -n "$need" ]; then
  say "installing: $need"
  if [ "$(id -u)" = 0 ]; then as_root=; elif command -v sudo >/dev/null; then as_root=sudo; else
    echo "missing packages, and neither root nor sudo. Run as root, then repeat: apt-get update && apt-get install -y $need" >&2
    exit 1
  fi
  # shellcheck disable=SC2086
  $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $need || {
    echo "apt-get failed; see above. Repeat this command once it works: apt-get install -y $need" >&2
    exit 1
  }
fi

say "configuring build/release"
cmake --preset release
say "building"
cmake --build --preset release
if [ "$1" = demo ]; then
  say "running build/release/bin/mayfly_tour"
  build/release/bin/mayfly_tour
  say "running build/release/bin/minipy examples/minipy/tour.py"
  build/release/bin/minipy examples/minipy/tour.py
else
  say "testing"
  ctest --preset release -j 2
fi
