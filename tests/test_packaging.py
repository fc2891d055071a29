"""The service has few rights, and those are enough; what is packaged can be installed, runs, and goes again."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGING = ROOT / "packaging"
SERVICE = PACKAGING / "ws-stream.service"
BUILD = {**os.environ, "python": sys.executable}


def run(*command: object, **options: object) -> str:
    done = subprocess.run(
        [*map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,  # type: ignore[call-overload]  # of subprocess.run
    )
    assert done.returncode == 0, done.stdout
    return str(done.stdout)


def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    for unit in (SERVICE, PACKAGING / "ws-stream.socket"):
        (tmp_path / unit.name).write_text(
            unit.read_text().replace("/usr/bin/ws-stream", "/bin/true")
        )
    (tmp_path / "ws-stream.service.d").mkdir()
    access = (PACKAGING / "examples/access.conf").read_text()
    (tmp_path / "ws-stream.service.d/access.conf").write_text(
        access.replace("/usr/bin/ws-stream", "/bin/true")
    )
    assert (
        run("systemd-analyze", "verify", *(path for path in tmp_path.iterdir() if path.is_file()))
        == ""
    )


def test_the_service_is_exposed_by_less_than_two() -> None:
    said = run("systemd-analyze", "security", "--offline=true", "--threshold=19", SERVICE)
    assert re.search(r"Overall exposure level for ws-stream.service: [01]\.\d ", said)


def calls(group: str) -> set[str]:
    """The system calls of one of systemd's groups."""
    listed = run("systemd-analyze", "syscall-filter", group).splitlines()[1:]
    names = {line.strip() for line in listed if line.strip() and not line.strip().startswith("#")}
    return set().union(*(calls(name) if name.startswith("@") else {name} for name in names))


def test_the_server_calls_nothing_of_the_kernel_that_the_service_may_not(tmp_path: Path) -> None:
    groups = re.findall(r"^SystemCallFilter=(~?)(.*)$", SERVICE.read_text(), re.MULTILINE)
    assert groups == [("", "@system-service"), ("~", "@privileged @resources")]
    allowed = calls("@system-service") - calls("@privileged") - calls("@resources")
    command = [sys.executable, "-m", "ws_stream", "bench", "--content", "still", "--width", "64"]
    run("strace", "-f", "-qq", "-o", tmp_path / "calls", *command, "--height", "64")
    used = set(re.findall(r"^\d+ +(\w+)\(", (tmp_path / "calls").read_text(), re.MULTILINE))
    assert len(used) > 30
    # numpy's BLAS asks on which memory its own lies best, and does without an answer.
    assert used - allowed <= {"mbind"}


def test_the_drop_in_adds_to_the_command_of_the_service() -> None:
    command = re.findall(r"^ExecStart=(.+)$", SERVICE.read_text(), re.MULTILINE)
    added = re.findall(r"^ExecStart=(.+)$", (PACKAGING / "examples/access.conf").read_text(), re.M)
    assert [line.startswith(f"{command[0]} ") for line in added] == [True]


def test_the_service_reads_its_files_anew_without_ending() -> None:
    assert re.search(r"^ExecReload=/bin/kill -HUP \$MAINPID$", SERVICE.read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    return Path(run(PACKAGING / "deb.sh", folder, env=BUILD).splitlines()[-1])


@pytest.mark.long
def test_the_package_holds_the_command_its_modules_and_the_units(package: Path) -> None:
    held = run("dpkg-deb", "--contents", package)
    for file in (
        *("usr/bin/ws-stream", "usr/lib/systemd/system/ws-stream.service"),
        *("usr/lib/ws-stream/ws_stream/web/index.html", "usr/lib/ws-stream/websockets/__init__.py"),
        *("usr/share/doc/ws-stream/deploy.md", "usr/share/doc/ws-stream/access.conf"),
        *("usr/share/doc/ws-stream/configuration.md", "usr/share/doc/ws-stream/streams.toml"),
    ):
        assert re.search(rf" root/root .* \./{re.escape(file)}$", held, re.MULTILINE), file
    assert "/numpy/" not in held, "Debian's own"
    assert "__pycache__" not in held
    assert re.search(r"^-(.{4}w|.{7}w)", held, re.MULTILINE) is None, "nobody but root writes"


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_package_is_installed_runs_and_goes_again(package: Path) -> None:
    hooks = (
        'cp "$deb" "$1/ws-stream.deb"',
        'chroot "$1" dpkg --install /ws-stream.deb',
        'chroot "$1" ws-stream bench --content still --width 64 --height 64',
        'chroot "$1" dpkg --purge ws-stream',
        '! ls "$1/usr/lib/ws-stream" "$1/usr/bin/ws-stream" "$1"/usr/lib/systemd/system/ws-stream.*',
    )
    said = run(
        *("mmdebstrap", "--quiet", "--variant=apt", "--include=python3-numpy,python3-lz4"),
        *(f"--customize-hook={hook}" for hook in hooks),
        *("bookworm", "/dev/null"),
        env={**os.environ, "deb": str(package)},
    )
    assert "a compiled walk" in said


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What the Dockerfile takes."""
    folder = tmp_path_factory.mktemp("image")
    run(PACKAGING / "image.sh", folder, env=BUILD)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_image_is_small_and_serves(image: Path, tmp_path: Path) -> None:
    with tarfile.open(image / "root.tar") as files:
        assert sum(file.size for file in files) < 120e6
    store = ["--storage-driver", "vfs", "--root", tmp_path / "root", "--runroot", tmp_path / "run"]
    try:
        run("buildah", *store, "build", "--isolation", "chroot", "--tag", "ws-stream", image)
        container = run("buildah", *store, "from", "--name", "trial", "ws-stream").strip()
        said = run(
            *("buildah", *store, "run", "--isolation", "chroot", container, "--"),
            *(
                "/usr/bin/ws-stream",
                "bench",
                "--content",
                "still",
                "--width",
                "64",
                "--height",
                "64",
            ),
        )
        assert "a compiled walk" in said
    finally:
        run("buildah", *store, "rm", "--all")
        run("buildah", *store, "rmi", "--all", "--force")
