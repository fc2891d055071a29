#!/bin/sh
# Builds an installable package for Debian 12 and later:  packaging/deb.sh [FOLDER]  writes ws-stream_VERSION_ARCH.deb there.
# numpy and lz4 are Debian's own, and so get its updates; websockets is brought along, as Debian's is too old.
# Needs python3 with pip, a C compiler and dpkg-deb; no root. `python` may name another Python 3.11 with pip.
set -eu
cd "$(dirname "$0")/.."
out=${1:-build}
python=${python:-python3}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
library=usr/lib/ws-stream

install -d "$out" "$root/DEBIAN" "$root/$library" "$root/usr/bin" "$root/usr/lib/systemd/system" "$root/usr/share/doc/ws-stream"
rm -rf build/lib* build/bdist.* # what setuptools built before, of files that may be gone
"$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$root/wheels" . 'websockets>=17'
for wheel in "$root"/wheels/*.whl; do
    "$python" -m zipfile -e "$wheel" "$root/$library"
done
rm -r "$root/wheels"
version=$("$python" -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
# Without a compiler the package is for every machine, and slower.
architecture=all
if ls "$root/$library"/ws_stream/_core*.so >/dev/null 2>&1; then
    architecture=$(dpkg --print-architecture)
fi

install -m 755 packaging/ws-stream "$root/usr/bin/ws-stream"
install -m 644 packaging/ws-stream.service packaging/ws-stream.socket "$root/usr/lib/systemd/system"
install -m 644 docs/deploy.md LICENSE "$root/usr/share/doc/ws-stream"
install -m 644 docs/configuration.md examples/streams.toml packaging/examples/access.conf "$root/usr/share/doc/ws-stream"
mv "$root/usr/share/doc/ws-stream/LICENSE" "$root/usr/share/doc/ws-stream/copyright"
for script in postinst prerm postrm; do
    install -m 755 "packaging/$script" "$root/DEBIAN/$script"
done
cat > "$root/DEBIAN/control" <<CONTROL
Package: ws-stream
Version: $version
Architecture: $architecture
Maintainer: ws-stream <ws-stream@localhost>
Depends: python3 (>= 3.11), python3-numpy, python3-lz4
Suggests: avahi-utils
Section: video
Priority: optional
Installed-Size: $(du -sk "$root" | cut -f1)
Description: raw pictures of a small device in browsers
 Shows a framebuffer, or any pictures in memory, in browsers on the network: what
 changed, packed with LZ4, over a WebSocket, exact to the pixel.
 .
 It is not started when it is installed: /usr/share/doc/ws-stream/deploy.md
 says how.
CONTROL
find "$root" -type d -exec chmod 755 {} +
find "$root/$library" -type f -exec chmod 644 {} +
dpkg-deb --root-owner-group --build "$root" "$out/ws-stream_${version}_$architecture.deb" >/dev/null
echo "$out/ws-stream_${version}_$architecture.deb"
