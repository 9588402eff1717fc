#!/usr/bin/env bash
# Whether scripts/lint-deploy.sh finds what is wrong: breaks a copy of deploy/ in many ways, one at a time.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
n=0

# broken FILE SED WORDS: with FILE changed by SED it must be refused, with WORDS.
broken() {
  rm -rf "$scratch/deploy"
  cp -r deploy "$scratch/deploy"
  sed -i "$2" "$scratch/deploy/$1"
  ! cmp -s "deploy/$1" "$scratch/deploy/$1" || die "\`$2\` does not change deploy/$1 any more"
  if scripts/lint-deploy.sh "$scratch/deploy" > "$scratch/said" 2>&1; then die "deploy/$1 after \`$2\` was taken for right"; fi
  grep -q -e "$3" "$scratch/said" || { cat "$scratch/said"; die "deploy/$1 after \`$2\` was refused for something else than \`$3\`"; }
  n=$((n + 1))
}

broken parlour.service 's/^NoNewPrivileges=/NoNewPriviliges=/' "Unknown key 'NoNewPriviliges'"
broken parlour.service 's/^Restart=on-failure/Restart=sometimes/' 'Failed to parse service restart'
broken parlour.service '/^SystemCallFilter/d; /^ProtectSystem/d; /^CapabilityBoundingSet/d' 'less confined'
broken parlour.service 's,/usr/local/bin/parlour,/usr/local/bin/parlourd,' 'not executable'
broken parlour.service 's/PARLOUR_DATA=/PARLOUR_FOLDER=/' 'no option reads PARLOUR_FOLDER'
broken parlour-backup.timer 's/^OnCalendar=.*/OnCalendar=now and then/' 'parlour-backup.timer'
broken compose.yaml 's/read_only: true/readonly: true/' 'compose specification'
broken compose.yaml 's/127.0.0.1:4600:4600/4600:4600/' 'open to the network'
broken compose.cluster.yaml 's,data-3:/data,data-4:/data,' 'mounts data-4'
broken compose.cluster.yaml 's/^  read_only: true/  read_only: false/' 'is not confined'
broken kubernetes.yaml 's/readinessProbe/readynessProbe/' "'readynessProbe' was unexpected"
broken kubernetes.yaml 's/replicas: 3/replicas: three/' "'three' is not of type"
broken kubernetes.yaml 's,path: /healthz,path: /health,' 'no GET /health in'
broken kubernetes.yaml 's/runAsNonRoot: true/runAsNonRoot: false/' 'runAsNonRoot'
broken kubernetes.yaml 's/PARLOUR_LISTEN/PARLOUR_ADDRESS/' 'no option reads PARLOUR_ADDRESS'
broken kubernetes.yaml 's/    desk = /    url = /' 'delivery.url'
broken kubernetes.yaml 's/serviceName: .*/serviceName: others/' 'no Service others'
broken Dockerfile 's/^WORKDIR/WORKDIRR/' 'Unknown instruction: WORKDIRR'
broken Dockerfile 's/^COPY asks asks/COPY question question/' 'not in the source'
broken Dockerfile 's/^COPY asks asks//' 'asks, which is not copied'
broken Dockerfile '/^USER/d' 'USER is no number'
broken haproxy.cfg 's/balance roundrobin/ballance roundrobin/' 'ballance'
broken haproxy.cfg 's,uri /healthz,uri /health,' 'no GET /health in'
say "deploy/ is found wrong in each of $n ways to be wrong"
