# What the scripts share: saying what goes on, finding or installing tools, building the web side.
# Sourced, with the project's root as working folder.

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# need COMMAND PACKAGE: makes sure of a command, from Debian's packages where we may install them.
need() { have "$1" || need_debian "$2" "$1"; }

# need_debian PACKAGE [COMMAND]: installs a package where we may, otherwise says what is to be installed.
need_debian() {
  if [ "$(id -u)" = 0 ] && have apt-get; then
    say "Installing $1"
    [ -n "${apt_is_fresh:-}" ] || { apt-get update -qq && apt_is_fresh=1; }
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1" >/dev/null || die "could not install $1; install it and run this again"
  else
    die "\`${2:-$1}\` is missing; install the package $1 (on Debian: apt-get install $1) and run this again"
  fi
}

need_toolchains() {
  have cargo || die "Rust is missing; install Rust 1.95 or later (rustup is the usual way) and run this again"
  have node && have npm || die "Node.js is missing; install Node.js 20 or later with npm and run this again"
  rust=$(rustc --version | sed 's/rustc 1\.\([0-9]*\).*/\1/')
  [ "$rust" -ge 95 ] || die "$(rustc --version) is too old; Parlour needs Rust 1.95 or later"
  node=$(node --version | sed 's/v\([0-9]*\).*/\1/')
  [ "$node" -ge 20 ] || die "Node.js $(node --version) is too old; Parlour needs 20 or later"
  need cc gcc
}

# Installs the web side's packages if their lock file changed, and builds it if anything did.
build_web() {
  lock=$(sha256sum web/package-lock.json)
  if [ "$(cat web/node_modules/.parlour-lock 2>/dev/null)" != "$lock" ]; then
    say "Installing the web side's packages"
    (cd web && npm ci --no-audit --no-fund --loglevel=error) || die "npm could not install the web side's packages; see above"
    echo "$lock" > web/node_modules/.parlour-lock
  fi
  sources=$(find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/test-results -prune -o -type f -print0 \
    | sort -z | xargs -0 sha256sum | sha256sum)
  if [ "$(cat web/dist/.parlour-sources 2>/dev/null)" != "$sources" ]; then
    say "Building the web side"
    (cd web && npm run --silent build) || die "the web side does not build; see above"
    echo "$sources" > web/dist/.parlour-sources
  fi
}

# Installs the clients that sdk/ tries, if what pins them changed: those for Node beside it, those for Python under target/,
# with them what reads the lake and what checks deploy/.
install_sdks() {
  pins=$(sha256sum sdk/package-lock.json sdk/requirements.txt deploy/requirements.txt)
  [ "$(cat sdk/node_modules/.parlour-pins 2>/dev/null)" = "$pins" ] && [ -x target/sdk-venv/bin/python ] && return 0
  say "Installing the clients of Segment, RudderStack, PostHog and Jitsu, an S3 server, and DuckDB, Polars and Spark"
  need python3 python3
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || die "$(python3 --version) is too old for the clients; they need 3.10 or later"
  # Debian has Python without the part that makes environments.
  python3 -c 'import ensurepip, venv' 2>/dev/null || need_debian python3-venv
  (cd sdk && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || die "npm could not install the clients; see above"
  python3 -m venv --clear target/sdk-venv || die "Python could not make an environment in target/sdk-venv; see above"
  target/sdk-venv/bin/pip install --quiet --disable-pip-version-check -r sdk/requirements.txt -r deploy/requirements.txt || die "pip could not install the clients; see above"
  echo "$pins" > sdk/node_modules/.parlour-pins
}

# Makes a temporary `folder` for servers; it and whatever runs in it go when the script ends.
begin_servers() {
  folder=$(mktemp -d)
  chmod 755 "$folder"
  servers=
  trap stop_servers EXIT
}
stop_servers() {
  [ -z "$servers" ] || kill $servers 2>/dev/null || true
  [ ! -f "$folder/postgres/postmaster.pid" ] || as_postgres "$(postgres_bin)/pg_ctl" -D "$folder/postgres" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then (cd / && setpriv --reuid postgres --regid postgres --init-groups "$@"); else "$@"; fi; }
free_port() { node -e 'const s=require("net").createServer();s.listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }

# Starts a PostgreSQL and sets PARLOUR_TEST_POSTGRES.
start_postgres() {
  say "Starting a private PostgreSQL"
  mkdir "$folder/postgres"
  [ "$(id -u)" != 0 ] || chown postgres: "$folder/postgres"
  as_postgres "$(postgres_bin)/initdb" -D "$folder/postgres" -U postgres -A trust -E UTF8 --locale C >/dev/null
  port=$(free_port)
  as_postgres "$(postgres_bin)/pg_ctl" -D "$folder/postgres" -w -o "-p $port -k $folder/postgres -c listen_addresses=127.0.0.1 -c max_connections=300" -l "$folder/postgres/log" start >/dev/null \
    || { cat "$folder/postgres/log"; die "PostgreSQL does not start; see above"; }
  export PARLOUR_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
}

# Starts an S3 server and sets PARLOUR_TEST_S3.
start_s3() {
  say "Starting a private S3 server"
  port=$(free_port)
  target/sdk-venv/bin/moto_server -H 127.0.0.1 -p "$port" >"$folder/s3.log" 2>&1 &
  servers="$servers $!"
  until node -e 'fetch(process.argv[1],{method:"PUT"}).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))' "http://127.0.0.1:$port/parlour"; do
    kill -0 "$!" 2>/dev/null || { cat "$folder/s3.log"; die "The S3 server does not start; see above"; }
    sleep 0.2
  done
  export PARLOUR_TEST_S3="http://127.0.0.1:$port"
}
