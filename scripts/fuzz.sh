#!/usr/bin/env bash
# Runs every decoder under libFuzzer: scripts/fuzz.sh [RUNS] [TARGET…], a million runs of each unless said.
# Works on stable Rust, without sanitizers. What fails is kept in fuzz/artifacts/.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_toolchains
need g++ g++
have cargo-fuzz || { say "Installing cargo-fuzz"; cargo install --locked --quiet cargo-fuzz || die "could not install cargo-fuzz"; }
runs=${1:-1000000}
shift || true
[ $# -gt 0 ] || set -- segment posthog posthog_v1 native unpacking webhook csv json_lines
node scripts/fuzz-seeds.mjs
for target in "$@"; do
  features=
  grep -q 'outer::' "fuzz/fuzz_targets/$target.rs" && features=--features=whole
  say "Fuzzing $target"
  cargo fuzz run -s none --release $features "$target" -- -runs="$runs" -max_len=32768 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
done
