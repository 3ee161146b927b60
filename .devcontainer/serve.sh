#!/bin/sh
# Serve the site in the background, and return when it answers: .devcontainer/serve.sh
set -eu
cd "$(dirname "$0")/.."

# The forwarding proxy says who asks, by which scheme and host, and nobody else can reach the site.
# Here and not in devcontainer.json, so that it is no setting of what is tried in a terminal.
export MOVAZI_PROXIES="${MOVAZI_PROXIES:-1}"
export MOVAZI_REPOSITORY="${MOVAZI_REPOSITORY:-${GITHUB_REPOSITORY:-}}"
export PORT="${PORT:-8000}"
log=instance/serve.log

# In a session of its own: what the command that starts a container leaves behind is ended with it.
mkdir -p instance
setsid --fork make run </dev/null >"$log" 2>&1

printf 'Movazi is starting; its log is %s.\n' "$log"
for _ in $(seq 60); do
    if python3 deploy/healthy.py 2>/dev/null; then
        printf 'Movazi is there: open the port %s in the tab "Ports".\n' "$PORT"
        exit
    fi
    sleep 1
done
printf 'Movazi does not answer:\n'
cat "$log"
exit 1
