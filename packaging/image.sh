#!/bin/sh
# Makes what the Dockerfile takes: packaging/image.sh [FOLDER] puts a root file system and the Dockerfile there; then
#   docker build --tag ws-stream FOLDER
# The files are Debian's own packages, without those that an installed system takes beside them, and links as their scripts
# would make. Needs mmdebstrap, and what packaging/deb.sh needs; no root.
set -eu
cd "$(dirname "$0")/.."
out=${1:-build/image}
mkdir -p "$out"
out=$(cd "$out" && pwd)
deb=$(packaging/deb.sh "$out")
export deb
mmdebstrap --quiet --variant=extract \
    --include=python3-minimal,libpython3-stdlib,python3-numpy,python3-lz4 \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=*/tests/*' \
    --extract-hook='dpkg-deb -x "$deb" "$1"' \
    --extract-hook='cd "$1" && for name in blas lapack; do ln -s $name/lib$name.so.3 usr/lib/*-linux-gnu/; done' \
    --extract-hook='chroot "$1" python3 -m compileall -q /usr/lib/python3.* /usr/lib/python3 /usr/lib/ws-stream' \
    --extract-hook='rm -rf "$1"/var/lib/apt "$1"/var/lib/dpkg "$1"/var/cache/* "$1"/usr/lib/systemd' \
    "${suite:-bookworm}" "$out/root.tar"
cp packaging/Dockerfile "$out"
rm "$deb"
echo "$out"
