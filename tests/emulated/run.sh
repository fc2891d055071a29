#!/bin/sh
# The core's tests on a board that is not here:  tests/emulated/run.sh armhf|arm64|s390x [FOLDER]
# Debian 12 of that architecture, unpacked by mmdebstrap and run by qemu's user emulation: once as a board has it, without a
# compiler, once with gcc. All of it happens in namespaces of its own, in which qemu is registered too: nothing of this
# machine is changed, and no root is needed. FOLDER (build/emulated) keeps what was downloaded. On Debian it needs:
#   apt-get install mmdebstrap qemu-user-static uidmap
set -eu
cd "$(dirname "$0")/../.."
python=${python:-python3}

fail() {
    echo "tests/emulated: $*" >&2
    exit 2
}

case "${1:-}" in
armhf) processor=arm ;;
arm64) processor=aarch64 ;;
s390x) processor=s390x ;;
*) fail "'${1:-}' is no board that is tested; right would be armhf, arm64 or s390x" ;;
esac
for pair in unshare:util-linux newuidmap:uidmap mmdebstrap:mmdebstrap "qemu-$processor-static:qemu-user-static"; do
    command -v "${pair%%:*}" >/dev/null || fail "${pair%%:*} is missing; on Debian: apt-get install ${pair##*:}"
done
user=$(id -un)
for file in /etc/subuid /etc/subgid; do
    grep -q "^$user:" $file 2>/dev/null ||
        fail "$user has no ids of its own in $file: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $user"
done

folder=${2:-build/emulated}
mkdir -p "$folder/wheels" "$folder/$1"
folder=$(cd "$folder" && pwd)
# Wheels for every machine only: what a board installs, and the tests' own tools, which are unpacked here. The last
# Hypothesis of which there are such: later ones are partly Rust.
fetch() {
    "$python" -m pip "$@" --quiet --disable-pip-version-check --only-binary=:all: --platform any --implementation py \
        --abi none --python-version 3.11 >>"$folder/pip.log" 2>&1 || fail "pip cannot fetch the wheels, see $folder/pip.log"
}
: >"$folder/pip.log"
fetch download --dest "$folder/wheels" 'setuptools>=77' wheel 'websockets>=17'
[ -e "$folder/tools/hypothesis" ] || fetch install --target "$folder/tools" pytest==9.2.0 pytest-asyncio==1.5.0 \
    pytest-timeout==2.4.0 hypothesis==6.155.7

# All files of the repository as they are now, to be copied as whoever owns the root there.
git ls-files -z --cached --others --exclude-standard -- core ws_stream web tests setup.py pyproject.toml \
    README.md LICENSE MANIFEST.in Makefile pytest_ws_stream.py docs | tar --null --files-from=- --ignore-failed-read -cf "$folder/$1/source.tar"
exec unshare --user --map-root-user --map-auto --mount --pid --fork --mount-proc \
    sh tests/emulated/root.sh "$1" "/usr/lib/binfmt.d/qemu-$processor.conf" "$folder"
