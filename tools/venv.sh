#!/bin/sh
# Make the virtual environment .venv: tools/venv.sh PYTHON
set -eu
python=$1

fail() {
    printf '%s\n' "" "$@" >&2
    exit 1
}

command -v "$python" >/dev/null ||
    fail "There is no '$python'. Install Python 3.11 or newer, or name one: make PYTHON=python3.13 ..."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Movazi needs Python 3.11 or newer, but '$python' is $("$python" --version 2>&1)." \
        "Name a newer one: make PYTHON=python3.13 ..."

# Debian and Ubuntu have this part of Python in a separate package.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    "$(dirname "$0")/apt.sh" "$package" ||
        fail "'$python' cannot make virtual environments. Type this, then try again:" \
            "sudo apt-get install $package"
fi

"$python" -m venv --clear .venv
