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
