#!/bin/sh
# Install Debian packages if that needs no password; fail silently otherwise.
# All output goes to stderr: a caller may read stdout.
set -eu
exec >&2
# dpkg needs the sbin folders, which may not be on PATH.
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
