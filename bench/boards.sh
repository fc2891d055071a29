#!/bin/sh
# Instructions a picture, on a board that is not here:  bench/boards.sh armhf|arm64|s390x [FOLDER]
# ws-stream's way of a picture (compiled, and in numpy), and the JPEG of Debian's Pillow, each in the root that
# tests/emulated/run.sh left, under qemu with a plugin that counts. Two runs of each differ by so many pictures, and in
# nothing else: the difference is theirs. Counted, not timed: whatever else this machine does changes nothing.
# On Debian it needs what run.sh needs, and:  apt-get install qemu-user gcc
set -eu
cd "$(dirname "$0")/.."
case "${1:-}" in
armhf) qemu=qemu-arm ;;
arm64) qemu=qemu-aarch64 ;;
s390x) qemu=qemu-s390x ;;
*) echo "bench: '${1:-}' is no board that is emulated; right would be armhf, arm64 or s390x" >&2 && exit 2 ;;
esac
root=${2:-build/emulated}/$1/root
[ -e "$root/venv" ] || { echo "bench: there is no $root/venv; tests/emulated/run.sh $1 makes it" >&2 && exit 2; }
command -v $qemu >/dev/null || { echo "bench: $qemu is missing; on Debian: apt-get install qemu-user" >&2 && exit 2; }

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
cc -O2 -shared -fPIC -o "$tools/count.so" bench/boards_count.c
cp "$(command -v $qemu)" "$tools/qemu"
# shellcheck disable=SC2046 # a list of files
cp $(ldd "$tools/qemu" | grep -o '/[^ ]*') "$tools"
cp bench/boards_picture.py "$tools"
chmod -R a+rX "$tools"

# shellcheck disable=SC2016 # expanded in there
unshare --user --map-root-user --map-auto --mount sh -c '
    root=$1 tools=$2
    mkdir -p "$root/bench"
    mount --bind "$tools" "$root/bench"
    mount --rbind /proc "$root/proc"
    for device in null zero urandom; do mount --bind /dev/$device "$root/dev/$device"; done
    counted() {
        env -i PATH=/usr/bin:/usr/sbin PYTHONHASHSEED=0 OPENBLAS_NUM_THREADS=1 chroot "$root" /bench/ld-linux-x86-64.so.2 \
            --library-path /bench /bench/qemu -plugin /bench/count.so /venv/bin/python3 /bench/boards_picture.py "$@" 2>&1
    }
    for pipeline in ${PIPELINES:-compiled numpy jpeg}; do # leaves its modules as bytecode: that is no part of a picture
        counted $pipeline card 4 1 >/dev/null || true
    done
    echo "pipeline   workload  step  instructions a picture  bytes"
    for workload in ${WORKLOADS:-card text still}; do
        for step in ${STEPS:-4 1}; do
            for pipeline in ${PIPELINES:-compiled numpy jpeg}; do
                few=$(counted $pipeline $workload $step 9) && many=$(counted $pipeline $workload $step 25) ||
                    { echo "$pipeline: none: ${many:-$few}" | tail -1; continue; }
                of() { echo "$1" | sed -n "s/^$2 //p"; }
                printf "%-9s  %-8s  %4s  %22s  %5s\n" $pipeline $workload $step \
                    $((($(of "$many" instructions) - $(of "$few" instructions)) / 16)) "$(of "$many" bytes)"
            done
        done
    done
' sh "$root" "$tools"
