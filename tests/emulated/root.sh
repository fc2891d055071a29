#!/bin/sh
# What run.sh does as the root of its namespaces:  root.sh ARCH BINFMT FOLDER
# Registers qemu there, unpacks Debian, and runs board.sh in a fresh copy of it.
set -eu
architecture=$1 binfmt=$2 folder=$3
here=$(cd "$(dirname "$0")" && pwd)
board="python3,python3-venv,python3-numpy,python3-lz4,python3-pil,bash,coreutils"
compiler="gcc,libc6-dev,python3-dev,make"
root=$folder/$architecture/root

mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc || {
    echo "tests/emulated: this kernel has no binfmt_misc of a namespace's own; right would be Linux 6.7 or later" >&2
    exit 2
}
cat "$binfmt" >/proc/sys/fs/binfmt_misc/register

# Unpacked and not configured: the packages' scripts take half an hour under emulation, and do nothing that counts here.
for part in board compiler; do
    kept=$folder/$architecture/$part
    [ -e "$kept.is-whole" ] && continue
    rm -rf "$kept"
    eval "packages=\$$part"
    mmdebstrap --quiet --skip=chroot/mount --mode=root --architectures="$architecture" --variant=extract --include="$packages" \
        "${suite:-bookworm}" "$kept" "deb ${mirror:-http://deb.debian.org/debian} ${suite:-bookworm} main"
    touch "$kept.is-whole"
done

rm -rf "$root"
cp -a "$folder/$architecture/board" "$root"
for library in blas lapack; do # what their packages' scripts would link
    ln -s $library/lib$library.so.3 "$root"/usr/lib/*-linux-gnu*/
done
mkdir -p "$root/dev/shm" "$root/wheels" "$root/tools" "$root/src" "$root/suite"
tar --no-same-owner -C "$root/src" -xf "$folder/$architecture/source.tar"
tar --no-same-owner -C "$root/suite" -xf "$folder/$architecture/source.tar" --exclude=ws_stream --anchored
mount --bind "$folder/wheels" "$root/wheels"
mount --bind "$folder/tools" "$root/tools"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev/shm"
for device in null zero full random urandom; do
    : >"$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
rm -rf "$root/dev/fd"
ln -s /proc/self/fd "$root/dev/fd"
cp "$here/board.sh" "$root/board.sh"
on_board() {
    env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/root LANG=C.UTF-8 TESTS="${TESTS:-}" \
        WS_STREAM_EXAMPLES="${WS_STREAM_EXAMPLES:-10}" chroot "$root" bash /board.sh "$1"
}
on_board board
for part in usr lib etc; do
    cp -a "$folder/$architecture/compiler/$part/." "$root/$part"
done
on_board compiler
