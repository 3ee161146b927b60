#!/bin/sh
# Serve the site in the background; return when it answers: .devcontainer/serve.sh
set -eu
cd "$(dirname "$0")/.."

# Only the forwarding proxy can reach the site; it sends the client's address, scheme and host.
# Set here, not in devcontainer.json: commands in a terminal must not get these settings.
export MOVAZI_PROXIES="${MOVAZI_PROXIES:-1}"
export MOVAZI_REPOSITORY="${MOVAZI_REPOSITORY:-${GITHUB_REPOSITORY:-}}"
export PORT="${PORT:-8000}"
log=instance/serve.log

# In its own session: when postStartCommand ends, the processes of its session are killed.
mkdir -p instance
setsid --fork make run </dev/null >"$log" 2>&1

printf 'Movazi is starting; its log is %s.\n' "$log"
for _ in $(seq 60); do
    if python3 deploy/healthy.py 2>/dev/null; then
        printf 'Movazi is ready: open the port %s in the tab "Ports".\n' "$PORT"
        exit
    fi
    sleep 1
done
printf 'Movazi does not answer:\n'
cat "$log"
exit 1
