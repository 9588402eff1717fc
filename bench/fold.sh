#!/bin/sh
# Rates of append, fold and seal: on SQLite, and on a private PostgreSQL that is started for it and stopped after.
# One command: `bench/fold.sh [EVENTS]`. PostgreSQL is left out, and said to be, where it is not installed.
set -eu
cd "$(dirname "$0")/.."
events=${1:-1000000}
cargo build --release --quiet --workspace --exclude parlour-cluster
folder=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || as_postgres "$programs/pg_ctl" -D "$folder/pg/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' INT TERM

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

echo "load of the machine before: $(uptime | sed 's/.*average: //')"
target/release/parlour-bench fold "$folder/sqlite" --events "$events"

initdb=$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -n 1 || true)
if [ -z "$initdb" ]; then
    echo "postgresql is not installed: left out"
    exit 0
fi
programs=$(dirname "$initdb")
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
chmod 755 "$folder"
mkdir "$folder/pg"
[ "$(id -u)" -ne 0 ] || chown postgres "$folder/pg"
as_postgres "$initdb" -D "$folder/pg/data" -U bench -A trust >/dev/null
server=started
as_postgres "$programs/pg_ctl" -D "$folder/pg/data" -l "$folder/pg/log" -w \
    -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$folder/pg" start >/dev/null
target/release/parlour-bench fold "$folder/postgresql" --events "$events" \
    --database "postgresql://bench@127.0.0.1:$port/postgres"
