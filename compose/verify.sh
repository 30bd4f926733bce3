#!/usr/bin/env bash
# Brings the mesh of compose.yaml up under a name and on ports of its own, looks whether it does what it should, and takes
# it down with its volumes. One line a check; exit 0 when all passed.
#   MELTEMI_BASE_IMAGES=SCRIPT  runs SCRIPT first, where no registry can be reached: it makes the base images
#   MELTEMI_VERIFY_KEEP=1       leaves the mesh running when something failed
# Needs docker with Compose (v2 or docker-compose 1.29), kcat, curl, and the distribution (compose/build.sh).
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export COMPOSE_PROJECT_NAME=meltemi-verify COMPOSE_FILE=compose/compose.yaml
export MELTEMI_HTTP_PORT=${MELTEMI_VERIFY_HTTP_PORT:-29080} MELTEMI_KAFKA_PORT=${MELTEMI_VERIFY_KAFKA_PORT:-29092}
export MELTEMI_REGISTRY_PORT=${MELTEMI_VERIFY_REGISTRY_PORT:-28081}
if ! docker buildx version >/dev/null 2>&1; then export DOCKER_BUILDKIT=0 COMPOSE_DOCKER_CLI_BUILD=0; fi

gateway=http://127.0.0.1:$MELTEMI_HTTP_PORT
reviews=$gateway/api/v1/products/0/reviews
work=$(mktemp -d)
passed=0 failed=0 user_pid='' began=0

compose() { if docker compose version >/dev/null 2>&1; then docker compose "$@"; else docker-compose "$@"; fi; }
say() { printf '%s\n' "$*"; }
pass() { passed=$((passed + 1)); say "ok    $*"; }
fail() { failed=$((failed + 1)); say "FAIL  $*"; }
# check WHAT COMMAND…: passes when the command succeeds; what it prints is told, too
check() {
  local what=$1 told; shift
  if told=$("$@" 2>&1); then pass "$what${told:+: $told}"; else fail "$what${told:+: $told}"; fi
}
# within SECONDS COMMAND…: tries until it succeeds, and says how long that took
within() {
  local limit=$1 start=$SECONDS; shift
  until "$@" >"$work/last" 2>&1; do
    if [ $((SECONDS - start)) -ge "$limit" ]; then echo "not within $limit s; last: $(tail -n 3 "$work/last")"; return 1; fi
    sleep 0.5
  done
  echo "$((SECONDS - start)) s$(sed -n '1s/^/, /p' "$work/last")"
}
finish() {
  local status=$?
  [ -z "$user_pid" ] || { touch "$work/enough"; wait "$user_pid" 2>/dev/null; }
  if [ "$began" = 1 ]; then
    if [ "$failed" -gt 0 ] && [ "${MELTEMI_VERIFY_KEEP:-}" = 1 ]; then
      say "left running: COMPOSE_PROJECT_NAME=$COMPOSE_PROJECT_NAME COMPOSE_FILE=$COMPOSE_FILE, gateway at $gateway"
    else
      [ "$failed" = 0 ] || { compose ps -a; for s in $(compose ps --services); do say "--- $s"; compose logs --tail=15 "$s" 2>&1 | tail -15; done; } >"$work/why" 2>&1
      [ ! -s "$work/why" ] || tail -n 400 "$work/why" >&2
      compose down -v --remove-orphans -t 15 >/dev/null 2>&1
      check "nothing of it is left" nothing_left
    fi
  fi
  rm -rf "$work"
  say "$passed passed, $failed failed"
  if [ "$status" != 0 ] || [ "$failed" -gt 0 ] || [ "$passed" = 0 ]; then exit 1; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

nothing_left() {
  local left
  left=$(docker ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME"
    docker volume ls -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME"
    docker network ls -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME")
  [ -z "$left" ] || { echo "$left"; return 1; }
}
id_of() { docker ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" --filter "label=com.docker.compose.service=$1"; }
running() { docker ps -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME"; }
service_of() { docker inspect -f '{{index .Config.Labels "com.docker.compose.service"}}' "$1"; }
all_healthy() {
  local of n
  of=$(compose config --services | grep -vxE 'setup|topics|rules|cli|visitor.*' | wc -l)
  n=$(docker ps -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" --filter health=healthy | wc -l)
  echo "$n of $of containers healthy"
  [ "$n" = "$of" ]
}
# every container: PREDICATE is a Go template that must print the expected text
every() {
  local expected=$1 template=$2 id got bad=0 n=0
  for id in $(running); do
    n=$((n + 1)); got=$(docker inspect -f "$template" "$id")
    [ "$got" = "$expected" ] || { echo "$(service_of "$id") has '$got' instead of '$expected'"; bad=1; }
  done
  [ "$n" -gt 0 ] && [ "$bad" = 0 ] && echo "$n containers"
}
no_root() {
  local id uid n=0
  for id in $(running); do
    uid=$(docker exec "$id" id -u) || return 1
    [ "$uid" != 0 ] || { echo "$(service_of "$id") runs as root"; return 1; }
    case $(service_of "$id") in *-sidecar | gateway) [ "$uid" = 1337 ] || { echo "$(service_of "$id") runs as $uid"; return 1; } ;; esac
    [ "$(docker exec "$id" grep -cE '^Cap(Inh|Prm|Eff|Bnd|Amb):.*[1-9a-f]' /proc/1/status)" = 0 ] || { echo "$(service_of "$id") has capabilities"; return 1; }
    n=$((n + 1))
  done
  echo "$n containers, proxies as 1337"
}
limited() {
  local id
  for id in $(running); do
    [ "$(docker inspect -f '{{.HostConfig.Memory}}' "$id")" -gt 0 ] || { echo "$(service_of "$id") may take all memory"; return 1; }
  done
}
labelled() {
  local id title
  for id in $(running); do
    case $(service_of "$id") in kafka) continue ;; esac
    title=$(docker inspect -f '{{index .Config.Labels "org.opencontainers.image.title"}}{{index .Config.Labels "org.opencontainers.image.version"}}' "$id")
    case $title in meltemi/*[0-9]) ;; *) echo "$(service_of "$id") is labelled '$title'"; return 1 ;; esac
  done
}
only_loopback() {
  local ports
  ports=$(for id in $(running); do docker inspect -f '{{range $p, $b := .NetworkSettings.Ports}}{{range $b}}{{.HostIp}}:{{.HostPort}} {{end}}{{end}}' "$id"; done | xargs)
  echo "$ports"
  [ -n "$ports" ] && ! tr ' ' '\n' <<<"$ports" | grep -qv '^127\.0\.0\.1:'
}
refused() { ! docker exec "$(id_of gateway)" bash -c "exec 3<>/dev/tcp/$1" 2>/dev/null; }
reachable() { docker exec "$(id_of gateway)" bash -c "exec 3<>/dev/tcp/$1"; }
page() { curl -sf -m 5 "$gateway/productpage" | grep -q 'Simple Bookstore App'; }

people() {
  timeout 20 kcat -b "127.0.0.1:$MELTEMI_KAFKA_PORT" -X security.protocol=ssl -X ssl.ca.location="$work/people/roots.pem" \
    -X ssl.certificate.location="$work/people/cert.pem" -X ssl.key.location="$work/people/key.pem" "$@"
}
copy_out() { compose run --rm --no-deps -T --entrypoint tar cli -C /var/lib/meltemi/credentials -c "$1" 2>/dev/null | tar -x -C "$work"; }
without_credentials() {
  ! timeout 10 kcat -L -m 4 -b "127.0.0.1:$MELTEMI_KAFKA_PORT" -X security.protocol=ssl -X ssl.ca.location="$work/people/roots.pem" &&
    ! timeout 10 kcat -L -m 4 -b "127.0.0.1:$MELTEMI_KAFKA_PORT"
} >/dev/null 2>&1
not_routes() {
  local told; told=$(echo nonsense | people -P -t mesh.routes -k reviews 2>&1) && return 1
  grep -o 'Topic authorization failed' <<<"$told" | head -n 1
}
publish() { people -P -t mesh.config -k "$1" "$2"; }
delete() { printf '%s:\n' "$1" | people -P -t mesh.config -K : -Z; }
# what status says of a document in its newest record
applied() {
  local key=$1 status of
  status=$(people -C -t mesh.config.status -o beginning -e -q -f '%k %s\n' | grep -F "$key " | tail -n 1)
  of=$(sed -n 's/.*"appliedBy":{"n":\([0-9]*\),"of":\([0-9]*\).*/\1 \2/p' <<<"$status")
  echo "applied by ${of% *} of ${of#* }"
  [ "${of#* }" = 7 ] && [ "${of% *}" = 7 ]
}
# how many of N requests each version of reviews answered: "v1=… v2=… v3=… other=…"
split() {
  local n=$1
  rm -rf "$work/split"; mkdir "$work/split"
  curl -s -m 60 --parallel --parallel-max 4 "$reviews?n=[1-$n]" -o "$work/split/#1" 2>/dev/null || true
  local v1 v2 v3
  v1=$(grep -l reviews-v1 "$work"/split/* | wc -l); v2=$(grep -l reviews-v2 "$work"/split/* | wc -l); v3=$(grep -l reviews-v3 "$work"/split/* | wc -l)
  echo "v1=$v1 v2=$v2 v3=$v3 other=$((n - v1 - v2 - v3))"
}
ninety_ten() { # 900 ± 4.2 standard deviations of 9.5
  local told v1 v2 v3 other; told=$(split 1000); echo "$told of 1000"
  eval "local $told"; [ "$other" = 0 ] && [ "$v3" = 0 ] && [ "$v2" -ge 60 ] && [ "$v2" -le 140 ]
}
only_v3() { local told v1 v2 v3 other; told=$(split 40); echo "$told"; eval "local $told"; [ "$v3" = 40 ]; }
even() { local told v1 v2 v3 other; told=$(split 90); echo "$told"; eval "local $told"; [ "$other" = 0 ] && [ "$v1" -ge 20 ] && [ "$v2" -ge 20 ] && [ "$v3" -ge 20 ]; }

# a user who keeps looking, ten times a second, and notes what went wrong
user() {
  local code
  while [ ! -e "$work/enough" ]; do
    code=$(curl -s -m 10 -o "$work/user.body" -w '%{http_code}' "$reviews"); grep -q podname "$work/user.body" 2>/dev/null || code="$code:$(head -c 80 "$work/user.body" 2>/dev/null)"
    printf '%s %s\n' "$(date +%T)" "$code" >>"$work/user.log"
    sleep 0.1
  done
}
user_begins() { rm -f "$work/enough" "$work/user.log"; user & user_pid=$!; }
user_ends() { touch "$work/enough"; wait "$user_pid"; user_pid=''; }
user_was_served() {
  local n bad
  n=$(wc -l <"$work/user.log"); bad=$(grep -vc ' 200$' "$work/user.log")
  echo "$n requests, $bad failed $(grep -v ' 200$' "$work/user.log" | head -3 | xargs)"
  [ "$n" -ge 20 ] && [ "$bad" = 0 ]
}
# what proxies told of calls to reviews in the last minutes: who called, who answered, and how
mutual() {
  local told of n
  told=$(fleet tap --since 5m --max 200 --timeout 30s --reporter destination --to svc/reviews -o json | tr -d '\n ' | grep -o '"reporter":[^}]*')
  of=$(grep -c . <<<"$told")
  n=$(grep '"source_principal":"spiffe://cluster.local/ns/default/sa/bookinfo-productpage"' <<<"$told" |
    grep '"destination_principal":"spiffe://cluster.local/ns/default/sa/bookinfo-reviews"' | grep -c '"connection_security_policy":"mutual_tls"')
  echo "$n of $of calls of bookinfo-productpage at bookinfo-reviews"
  [ "$n" -ge 100 ] && [ "$n" = "$of" ]
}
restarted() { local start=$SECONDS; docker restart -t 30 "$(id_of "$1")" >/dev/null && echo "$((SECONDS - start)) s"; }
fleet() { compose run --rm --no-deps -T cli "$@" 2>/dev/null; }
all_synced() { local told; told=$(fleet proxy-status | tail -n +2); [ "$(grep -c SYNCED <<<"$told")" = 7 ] && [ "$(wc -l <<<"$told")" = 7 ] && echo "7 proxies"; }

for tool in docker kcat curl; do
  command -v "$tool" >/dev/null || { say "verify.sh needs $tool"; exit 1; }
done
docker info >/dev/null 2>&1 || { say "the Docker daemon doesn't answer: docker info"; exit 1; }
compose version >/dev/null 2>&1 || { say "verify.sh needs Docker Compose v2 or docker-compose 1.29"; exit 1; }
[ -z "${MELTEMI_BASE_IMAGES:-}" ] || "$MELTEMI_BASE_IMAGES" base jre kafka || exit 1

say "Building"
compose config -q || exit 1
compose build -q >"$work/build" 2>&1 || compose build >"$work/build" 2>&1 || { tail -20 "$work/build"; exit 1; }
say "Starting: $COMPOSE_PROJECT_NAME, gateway at $gateway"
began=1
compose down -v --remove-orphans -t 5 >/dev/null 2>&1
start=$SECONDS
timeout 600 bash -c 'if docker compose version >/dev/null 2>&1; then docker compose up -d; else docker-compose up -d; fi' >"$work/up" 2>&1 || { tail -20 "$work/up"; fail "it comes up"; exit 1; }
check "every container is healthy" within 180 all_healthy
check "the product page is answered through the gateway" within 60 page
say "      up to answering: $((SECONDS - start)) s"

say "How it is kept"
check "nobody is root or has a capability" no_root
check "root file systems are read-only" every true '{{.HostConfig.ReadonlyRootfs}}'
check "no new privileges" every '[no-new-privileges:true]' '{{.HostConfig.SecurityOpt}}'
check "memory is limited" limited
check "images are labelled" labelled
check "ports are published on 127.0.0.1 only" only_loopback
check "a sidecar takes requests for its application" reachable reviews-v1/9080
check "nobody gets past it to the application" refused reviews-v1/9081
check "nor at its admin page" refused reviews-v1/15000

say "A rule by kcat"
check "people's credentials are copied out" copy_out people
check "without them nobody is let in" without_credentials
check "with them not everything may be written" not_routes
key=networking.istio.io/VirtualService/default/reviews
check "subsets are published" publish networking.istio.io/DestinationRule/default/reviews compose/scenarios/destinationrule-reviews.yaml
check "nine in ten to v1 are published" publish $key compose/scenarios/reviews-90-10.yaml
check "every proxy runs it" within 60 applied $key
check "the gateway's user sees the split" ninety_ten

say "Trust"
check "sidecars speak mTLS to each other" mutual

say "A sidecar is restarted"
check "the rule is deleted" delete $key
check "all versions answer again" within 60 even
user_begins
sleep 2
check "the sidecar of reviews-v2 restarts" restarted reviews-v2-sidecar
check "it is healthy again" within 120 all_healthy
check "its version answers again" within 60 even
sleep 1
user_ends
check "no request failed meanwhile" user_was_served

say "The broker is restarted"
user_begins
sleep 2
check "the broker restarts" restarted kafka
check "every container is healthy" within 240 all_healthy
check "a rule is published by kcat" within 60 publish $key compose/scenarios/reviews-v3.yaml
check "it is in force at the gateway" within 120 only_v3
check "every proxy runs it" within 60 applied $key
user_ends
check "no request failed meanwhile" user_was_served
check "every proxy runs the newest revision" within 60 all_synced
