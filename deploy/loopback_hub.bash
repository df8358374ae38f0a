# Sourced by deploy/run and tests/bench/run: a release build, and a hub on loopback with keys of its
# own. The caller sets `name` (what messages start with) and `place` (the folder, below var/).
hub_pid='' listen_port='' http_port=''
# A file by which hub and client go, and further tables of the hub's configuration.
clock_file='' more_config=''

# The folder in which everything is made.
set_place() { place=$1 keys=$1/keys; }
# The folder that holds the programs.
take_programs() { programs=$1 hub_program=$1/jobbro-hub client=$1/jobbro; }
set_place "$place"
take_programs build/release/bin

say() { echo "$name: $*"; }
fail() { echo "$name: $*" >&2; exit 1; }

# is_ours PID CONFIGURATION: the number may have been given to another process since.
is_ours() { [[ -r /proc/$1/cmdline ]] && tr '\0' ' ' <"/proc/$1/cmdline" | grep -qF "$2"; }

stop_hub() {
  local status=0
  [[ -n $hub_pid ]] || return 0
  kill -TERM "$hub_pid" 2>/dev/null || true
  wait "$hub_pid" || status=$?
  hub_pid=''
  rm -f "$place/hub.pid"
  [[ $status -eq 0 ]] || { tail -n 20 "$place/hub.log" >&2; fail "the hub ended with status $status"; }
}

# build TARGET...: beside hub and client.
build() {
  mkdir -p var
  say "building, a few minutes the first time (var/build.log)"
  { cmake --preset release && cmake --build --preset release -j "$(nproc)" \
    --target bin/jobbro-hub bin/jobbro "$@"; } >var/build.log 2>&1 </dev/null ||
    { tail -n 40 var/build.log >&2; fail "the build failed"; }
}

# The folder anew, for its owner alone; whatever happens, the hub is stopped at the end. What
# stands outside var/ and is not an earlier run's is left alone.
clear_place() {
  if [[ $place != var/* && -e $place && ! -e $place/made_anew_each_run ]]; then
    fail "$place is there already and was not made by an earlier run"
  fi
  if [[ -r $place/hub.pid ]] && is_ours "$(<"$place/hub.pid")" "$place/hub.toml"; then
    fail "a hub of an earlier run is alive: process $(<"$place/hub.pid"); stop it with kill first"
  fi
  umask 077
  rm -rf "$place"
  mkdir -p "$keys"
  touch "$place/made_anew_each_run"
  trap stop_hub EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# make_keys [NAME PARTY]...: keys of hub, controller and operator, and NAME.key for each party.
make_keys() {
  "$client" keygen-hub "$name.jobbro.example" --out "$keys/hub.key"
  "$client" keygen "controller:$name" --out "$keys/controller.key"
  "$client" keygen "operator:$name" --out "$keys/operator.key"
  while [[ $# -gt 0 ]]; do
    "$client" keygen "$2" --out "$keys/$1.key"
    shift 2
  done
} >/dev/null

free_ports() {
  python3 -c 'import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(s.getsockname()[1] for s in held))'
}

# write_configuration JOBCENTRE...: the controller answers for these.
write_configuration() {
  local free_listen free_http jobcentres clock_line=
  [[ -z $clock_file ]] || clock_line="demo_clock = \"$clock_file\""
  read -r free_listen free_http < <(free_ports)
  listen_port=${listen_port:-$free_listen} http_port=${http_port:-$free_http}
  jobcentres=$(printf '"%s", ' "$@")
  cat >"$place/hub.toml" <<TOML
[hub]
data = "$place/hub"
keys = "$keys/hub.key"
listen = "tcp://127.0.0.1:$listen_port"
$clock_line

[ops]
http = "127.0.0.1:$http_port"
log_level = "info"
log_format = "text"
$more_config
[[controller]]
name = "$name"
signing_key = "$(awk '$1 == "signing" { print $2 }' "$keys/controller.key.pub")"
jobcentres = [${jobcentres%, }]

[[operator]]
public_keys = "$keys/operator.key.pub"
TOML
}

# as NAME COMMAND...: the client with that party's keys.
as() {
  "$client" --hub "tcp://127.0.0.1:$listen_port" --hub-key "$keys/hub.key.pub" \
    --key "$keys/$1.key" ${clock_file:+--clock-file "$clock_file"} "${@:2}"
}

start_hub() {
  say "starting the hub on tcp://127.0.0.1:$listen_port (http://127.0.0.1:$http_port/readyz)"
  "$hub_program" --config "$place/hub.toml" --check-config >/dev/null
  nohup "$hub_program" --config "$place/hub.toml" >"$place/hub.log" 2>&1 </dev/null &
  hub_pid=$!
  echo "$hub_pid" >"$place/hub.pid"
  for _ in {1..50}; do
    as operator --timeout 2 status >/dev/null 2>"$place/status.err" && return 0
    jobs -rp | grep -qx "$hub_pid" || break
    sleep 0.1
  done
  cat "$place/status.err" >&2
  tail -n 20 "$place/hub.log" >&2
  fail "the hub did not start"
}

# add_party NAME PARTY OPTION...: by a statement of the controller, while the hub runs.
add_party() {
  as operator party add "$2" --public "$keys/$1.key.pub" --controller-key "$keys/controller.key" \
    "${@:3}" >/dev/null
}
