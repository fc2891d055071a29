#!/bin/sh
# Installs the programs the tests run, where they are missing: a compiler for the compiled rows, one that knows libFuzzer,
# two browsers, an X server with a mapped framebuffer, something that draws, something that types, what networks are made
# with, two proxies, what speaks TLS, what finds services, what judges ours, what draws films, and Debian's NATS server. As root on Debian by
# apt-get; elsewhere Chromium by its driver's own download, and a sentence about the rest. What only `pytest -m long` takes
# is not installed: gcc-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-user-static, rustc, xcompmgr, weston with xwayland, for packages and images: mmdebstrap buildah,
# and for boards of other processors: mmdebstrap qemu-user-static uidmap.
set -eu
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin" # where Debian has what is not for every user

missing=
for pair in cc:gcc g++:g++ Xvfb:xvfb xterm:xterm xwd:x11-apps xdotool:xdotool ip:iproute2 nft:nftables nginx:nginx caddy:caddy curl:curl openssl:openssl \
    dbus-daemon:dbus avahi-daemon:avahi-daemon avahi-browse:avahi-utils systemd-analyze:systemd strace:strace ffmpeg:ffmpeg nats-server:nats-server; do
    command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair##*:}"
done
echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | clang -x c -fsanitize=fuzzer,address -o /dev/null - 2>/dev/null ||
    missing="$missing clang"
for pair in libEGL.so.1:libegl1 libGL.so.1:libgl1 libxkbcommon.so.0:libxkbcommon0; do # what Qt is linked to
    ldconfig -p | grep -q "${pair%%:*}" || missing="$missing ${pair##*:}"
done
include=$(${1:-python3} -c 'import sysconfig; print(sysconfig.get_path("include"))')
[ -e "$include/Python.h" ] || missing="$missing python3-dev"
command -v firefox-esr >/dev/null || command -v firefox >/dev/null || missing="$missing firefox-esr"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    [ -n "$browser" ] || missing="$missing chromium"
    if [ -n "$missing" ]; then
        echo "installing$missing"
        if [ ! -e /usr/sbin/policy-rc.d ]; then # nothing that is installed begins to serve
            trap 'rm -f /usr/sbin/policy-rc.d' EXIT
            printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
            chmod +x /usr/sbin/policy-rc.d
        fi
        apt-get update -qq
        case "$missing " in *" clang "*) # its runtime is named by its version
            missing="$missing $(apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p')" ;;
        esac
        # shellcheck disable=SC2086 # a list of names
        DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $missing >/dev/null
        for service in nginx caddy nats-server; do # nor at the next start of this machine
            case "$missing " in *" $service "*) systemctl disable --quiet "$service" || true ;; esac
        done
    fi
    exit 0
fi
if [ -n "$missing" ]; then
    echo "the tests need programs that are not here; on Debian:  sudo apt-get install$missing" >&2
    exit 1
fi
[ -n "$browser" ] || { make .venv/dev && .venv/bin/playwright install chromium; }
