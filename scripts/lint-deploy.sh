#!/usr/bin/env bash
# Checks the files under deploy/ (or under a folder that is given), each by the tools that know its kind, and all against
# the program: options, variables, settings and routes that are named there must exist.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
folder=${1:-deploy}

need systemd-analyze systemd
need haproxy haproxy
install_sdks
venv=target/sdk-venv/bin
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Nothing is installed on this machine: a program that surely is there stands for ours.
for unit in "$folder"/*.service "$folder"/*.timer; do
  sed 's,/usr/local/bin/parlour,/bin/true,g' "$unit" > "$scratch/${unit##*/}"
done
for unit in "$scratch"/*; do
  # What it does not know it only warns of.
  said=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$unit" 2>&1) || die "$folder/${unit##*/}: ${said:-systemd refuses it}"
  [ -z "$said" ] || die "$folder/${unit##*/}: $said"
done
for unit in "$scratch"/*.service; do
  # Exposure is told from 0 to 100 here, and as 0.0 to 10.0 in the table.
  said=$(systemd-analyze security --offline=true --threshold=15 --no-pager "$unit" 2>&1) \
    || die "$folder/${unit##*/} is less confined than it was: $(tail -n 1 <<< "$said"); systemd-analyze security --offline=true tells by what"
done

"$venv/check-jsonschema" --quiet --builtin-schema vendor.compose-spec "$folder"/compose*.yaml \
  || die "a compose file is not as the compose specification says; see above"
"$venv/kubernetes-validate" --strict --quiet --no-warn "$folder/kubernetes.yaml" \
  || die "$folder/kubernetes.yaml is not as the schemas of Kubernetes say; see above"
said=$(node sdk/node_modules/dockerfile-utils/bin/dockerfile-utils lint "$folder/Dockerfile" 2>&1) || die "$folder/Dockerfile: ${said:-refused}"
[ -z "$said" ] || die "$folder/Dockerfile: $said"
said=$(PARLOUR_1=127.0.0.1:1 PARLOUR_2=127.0.0.1:2 PARLOUR_3=127.0.0.1:3 haproxy -c -f "$folder/haproxy.cfg" 2>&1) \
  || die "$folder/haproxy.cfg: $said"
"$venv/python" scripts/lint-deploy.py "$folder"
