#!/bin/sh
# Install Debian packages where that needs no password; fail quietly elsewhere.
# All output goes to stderr, so that a caller's stdout stays its own.
set -eu
exec >&2
# dpkg refuses to work without the sbin folders, which a bare PATH leaves out.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
command -v apt-get >/dev/null || exit 1
if [ "$(id -u)" -eq 0 ]; then
    sudo=
elif sudo -n true 2>/dev/null; then
    sudo=sudo
else
    exit 1
fi
$sudo apt-get -q update
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends "$@"
