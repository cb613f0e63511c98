#!/bin/sh
# Installs what the tests need beside Python, on Debian and its relatives, and only what is missing.
set -eu

missing=
need() { # need PACKAGE TEST...: notes the package when the test fails
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}
has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
has_postgres() { command -v postgres || ls /usr/lib/postgresql/*/bin/postgres; }
has_noto() { command -v fc-list && fc-list | grep -qi 'NotoSansArabic\|Noto Sans Arabic'; }
has_pango() { ldconfig -p | grep -q libpangoft2; }

need chromium has_chromium
need postgresql has_postgres
need redis-server command -v redis-server
need fonts-noto-core has_noto
need fontconfig command -v fc-list
need libpangoft2-1.0-0 has_pango
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "Install these with your system's package manager, then run the tests again:$missing" >&2
  exit 0
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
  as_root=sudo
  command -v sudo >/dev/null || { echo "Install these as root, then run the tests again:$missing" >&2; exit 0; }
fi
echo "Installing:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086 # the list is meant to be split
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
