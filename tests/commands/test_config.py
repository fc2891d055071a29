"""A file for `serve --config`: what it says, or each of its faults with its line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ws_stream import UsageError
from ws_stream.commands import cli, config, sources
from ws_stream.commands.config import read_config
from ws_stream.commands.settings import MOST_FAULTS, Settings
from ws_stream.sources import SCHEMES

ROOT = Path(__file__).parents[2]
GOOD = '[streams.a]\nsource = "test:"\n'


def read(folder: Path, text: str) -> Settings:
    file = folder / "streams.toml"
    file.write_text(text)
    return read_config(str(file))


def faults(folder: Path, text: str) -> list[tuple[int, str]]:
    """The lines that are blamed, and for what."""
    with pytest.raises(UsageError) as refused:
        read(folder, text)
    found = []
    for line in str(refused.value).splitlines():
        assert line.isprintable()
        blamed = re.fullmatch(rf"{folder}/streams.toml, line (\d+): (.*)", line)
        assert blamed, line
        found.append((int(blamed[1]), blamed[2]))
    return found


@pytest.fixture(autouse=True)
def opens_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a source is opened")

    for scheme in SCHEMES:
        monkeypatch.setitem(SCHEMES, scheme, refuse)
    monkeypatch.setattr(sources, "Replay", refuse)


def test_what_a_file_says_is_what_the_options_would_say(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        'host = "0.0.0.0"\nport = 0\nallow-host = ["a", "b"]\ncpu-budget = 12.5\n'
        '[streams.b]\nsource = "test:"\nstep = 2\ncrop = "0,0,40,30"\nallow-input = true\n'
        '[streams.a]\nsource = "fb:/dev/fb0"\nfps = 5\n',
    )
    assert (found.server.host, found.server.port) == ("0.0.0.0", 0)
    assert (found.server.allow_host, found.server.cpu_budget) == (["a", "b"], 12.5)
    assert found.server.log_format == "text"
    assert [(stream.name, stream.source) for stream in found.streams] == [
        ("b", "test:"),
        ("a", "fb:/dev/fb0"),
    ]
    first, second = (stream.options for stream in found.streams)
    assert (first.step, first.crop, first.allow_input, first.fps) == (2, (0, 0, 40, 30), True, 30)
    assert (second.step, second.crop, second.allow_input, second.fps) == (1, None, False, 5)


def test_a_relative_path_begins_at_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a b%c"
    folder.mkdir()
    (folder / "tokens").write_text(f"view:{'v' * 43}\n")
    (folder / "tokens").chmod(0o600)
    kinds = {
        "mmap:ring?width=4": f"mmap:{tmp_path}/a%20b%25c/ring?width=4",
        "mmap:/dev/shm/ring?width=4": "mmap:/dev/shm/ring?width=4",
        "MMAP:%2Fring": "MMAP:%2Fring",
        "xwd:x/screen%200": f"xwd:{tmp_path}/a%20b%25c/x/screen%200",
        "fb:/dev/fb0": "fb:/dev/fb0",
        "shm:ring?width=4": "shm:ring?width=4",
        "test:?width=64": "test:?width=64",
        "replay:a.wss?loop=1": f"replay:{tmp_path}/a%20b%25c/a.wss?loop=1",
        "x/a.wss": f"{folder}/x/a.wss",
        "/a.wss": "/a.wss",
    }
    text = 'token-file = "tokens"\nunix = "sock"\n' + "".join(
        f'[streams.s{number}]\nsource = "{source}"\n' for number, source in enumerate(kinds)
    )
    (folder / "streams.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    found = read_config("a b%c/streams.toml")
    assert found.server.token_file == f"{folder}/tokens"
    assert found.server.unix == f"{folder}/sock"
    assert [stream.source for stream in found.streams] == [*kinds.values()]
    assert found.streams[0].place == "a b%c/streams.toml, line 4: "


def test_a_relative_file_of_credentials_is_found_there_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a b%c+d"
    folder.mkdir()
    for file in (folder / "x y.creds", tmp_path / "whole.creds"):
        file.write_text("BEGIN NATS USER JWT BEGIN USER NKEY SEED")
    kinds = {
        "nats://h/lab.a?creds=x%20y.creds": f"nats://h/lab.a?creds={tmp_path}/a%20b%25c%2Bd/x%20y.creds",
        "TLS://h/lab.a?creds=../whole.creds": f"TLS://h/lab.a?creds={tmp_path}/a%20b%25c%2Bd/../whole.creds",
        f"nats://h/lab.a?creds={tmp_path}/whole.creds": f"nats://h/lab.a?creds={tmp_path}/whole.creds",
        "nats://u:p@h/lab.a": "nats://u:p@h/lab.a",
    }
    text = "".join(
        f'[streams.s{number}]\nsource = "{source}"\n' for number, source in enumerate(kinds)
    )
    (folder / "streams.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    found = read_config("a b%c+d/streams.toml")
    assert [stream.source for stream in found.streams] == [*kinds.values()]
    for query in ("creds=", "creds=nowhere", "other=1"):
        ((line, _),) = faults(tmp_path, f'[streams.a]\nsource = "nats://h/lab.a?{query}"\n')
        assert line == 2


def test_a_command_with_quotes_of_both_kinds_is_taken_as_it_stands(tmp_path: Path) -> None:
    command = """cmd:sh -c 'cat "a & b" | head -c 8'?width=4&height=2&format=gray8"""
    (stream,) = read(tmp_path, f"[streams.a]\nsource = '''{command}'''\n").streams
    assert stream.source == command


def test_of_each_kind_of_source_it_is_known_whether_it_has_a_path() -> None:
    assert set(SCHEMES) == sources.PATHS | {"shm", "ring", "screen", "test", "cmd"}


SOURCE = '\nsource = "test:"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"[streams.a]{SOURCE}step = 99",
            [(3, "step=99 cannot be; right would be a whole number")],
        ),
        (
            f"# [streams.a]\n[streams.a]{SOURCE}\n\n'step' = 99  # step = 1",
            [(6, "step=99 cannot be")],
        ),
        ("streams.a = {source = 'test:',\n step = 99}", [(1, "this is no TOML: ")]),
        ("streams.a = {source = 'test:', step = 99}", [(1, "step=99 cannot be")]),
        (f"[streams.a]{SOURCE}fps = 0", [(3, "fps=0.0 cannot be; right would be pictures per")]),
        (f"[streams.a]{SOURCE}depth = 17", [(3, "depth=17 cannot be; right would be 24, 16, ")]),
        (f"[streams.a]{SOURCE}speed = 2", [(2, "--speed and --loop are for recordings")]),
        (f"[streams.a]{SOURCE}setp = 2", [(3, "unknown key 'setp'; did you mean step?")]),
        (f"[streams.a]{SOURCE}FPS = 2", [(3, "unknown key 'FPS'; did you mean fps?")]),
        (f"[streams.a]{SOURCE}zzz = 2", [(3, "unknown key 'zzz'; docs/configuration.md has all")]),
        (f"[streams.a]{SOURCE}port = 2", [(3, "port cannot be here; right would be before")]),
        (f"[streams.a]{SOURCE}soruce = 2", [(3, "unknown key 'soruce'; did you mean source?")]),
        (f"step = 2\n{GOOD}", [(1, "step cannot be here; right would be below a [streams.NAME]")]),
        (f"token_file = 'a'\n{GOOD}", [(1, "unknown key 'token_file'; did you mean token-file?")]),
        (
            f"[stream.a]{SOURCE}",
            [(1, "there is no stream; "), (1, "unknown key 'stream'; did you")],
        ),
        (f"\nport = 99999\n{GOOD}", [(2, "port=99999 cannot be; right would be a whole number")]),
        (f"host = 'a b'\n{GOOD}", [(1, "host='a b' cannot be; right would be an address")]),
        (f"unix = ''\n{GOOD}", [(1, "unix='' cannot be; right would be a path for a Unix socket")]),
        (f"cpu-budget = 0\n{GOOD}", [(1, "cpu_budget=0.0 cannot be; right would be a share")]),
        (f"allow-host = ['a:1']\n{GOOD}", [(1, "'a:1' names no host; right would be a name")]),
        (f"allow-origin = ['a']\n{GOOD}", [(1, "'a' is no origin of pages; right would be one")]),
        (f"trusted-proxy = ['x']\n{GOOD}", [(1, "'x' names no proxy; right would be its address")]),
        (f"root-path = '/streams'\n{GOOD}", [(1, "root_path='/streams' cannot be, as this")]),
        (
            f"log-format = 'xml'\n{GOOD}",
            [(1, "log-format='xml' cannot be; right would be text or")],
        ),
        (f"tls-key = 'no'\n{GOOD}", [(1, "there is no tls_cert; right would be tls_cert and")]),
        (f"port = 1\ntls-key = 'a'\ntls-cert = 'b'\n{GOOD}", [(3, "cannot read the certificate ")]),
        (f"token-file = 'no'\n{GOOD}", [(1, "cannot read the tokens of ")]),
        ("", [(1, 'there is no stream; right would be [streams.NAME] with source = "..."')]),
        ("port = 1\n[streams]", [(2, "there is no stream")]),
        ("port = 1\nstreams = 5", [(2, "there is no stream")]),
        ("[[streams]]\nsource = 'test:'", [(1, "there is no stream")]),
        ("[streams]\na = 'test:'", [(2, "'test:' is no stream; right would be [streams.a]")]),
        ("[streams.a]\nstep = 1", [(1, "this stream has no source; right would be one like")]),
        ("[streams.a]\nsource = 5", [(2, "source=5 cannot be; right would be text")]),
        ("[streams.a]\nsource = ''", [(2, "'' is no source: it is empty; right would be test:")]),
        ("[streams.a]\nsource = 'no:x'", [(2, "'no:' is no kind of source; known are mmap:, ")]),
        ("[streams.a]\nsource = '/dev/fb0'", [(2, "'/dev/fb0' is no source: for a framebuffer")]),
        (f"[streams.'a b']{SOURCE}", [(1, "name='a b' cannot be; right would be 1 to 64 letters")]),
        (f"[streams.'']{SOURCE}", [(1, "name='' cannot be; right would be 1 to 64 letters")]),
        (f"{GOOD}[streams.a]\n", [(3, "this is no TOML: Cannot declare ('streams', 'a') twice")]),
        (f"{GOOD}step = 1\nstep = 2\n", [(4, "this is no TOML: Cannot overwrite a value")]),
        (f"{GOOD}step = \n", [(3, "this is no TOML: Invalid value")]),
        (f"{GOOD}a = '''\n\n", [(3, "this is no TOML: ")]),
        (f"{GOOD}a = '\x1b[2J\n", [(3, "this is no TOML: ")]),
        ("'\\u001b[2J' = 1\n" + GOOD, [(1, "unknown key '\\x1b[2J'; docs/")]),
        ('"\\u001b[2J" = 1\n' + GOOD, [(1, "unknown key ")]),
    ],
)
def test_a_fault_is_told_with_its_line_and_with_what_would_be_right(
    tmp_path: Path, text: str, expected: list[tuple[int, str]]
) -> None:
    found = faults(tmp_path, text)
    assert [line for line, _ in found] == [line for line, _ in expected]
    for (_, said), (_, sentence) in zip(found, expected, strict=True):
        if "\\x1b" not in sentence:
            assert said.startswith(sentence)


def test_all_faults_are_told_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = (
        'port = -1\nallow-host = "a"\nspeed = 1\n[streams."?"]\nstep = 0\nsource = "x:"\n'
        "[streams.b]\nfps = -1\n"
    )
    assert [line for line, _ in faults(tmp_path, text)] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_of_very_many_faults_only_the_first_are_told(tmp_path: Path) -> None:
    text = GOOD + "".join(f"key{number} = 1\n" for number in range(500))
    with pytest.raises(UsageError) as refused:
        read(tmp_path, text)
    said = str(refused.value).splitlines()
    assert len(said) == MOST_FAULTS + 1
    assert said[-1] == f"there are {500 - MOST_FAULTS} more faults like these"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff", "cannot read {}: 'utf-8' codec can't decode byte"),
        (b"a = " + b"9" * 5000, "{} cannot be read: Exceeds the limit"),
        (b"a = " + b"[" * 5000, "{} cannot be read: "),
        (b"#" * (config.MOST_BYTES + 1), "{} cannot be read; right would be a regular file of at"),
        (None, "cannot read {}: No such file or directory; right would be a file in TOML"),
    ],
    ids=["not UTF-8", "long number", "deep", "large", "missing"],
)
def test_what_is_no_file_of_this_kind_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "streams.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        read_config(str(file))
    assert str(refused.value).startswith(sentence.format(file))
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("file", ["/dev/zero", "/", "\0", ""])
def test_what_is_no_regular_file_is_not_read(file: str) -> None:
    with pytest.raises(UsageError, match=r"right would be a (regular )?file"):
        read_config(file)


def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    subprocess.run(["mkfifo", tmp_path / "pipe"], check=True)
    with pytest.raises(UsageError, match="right would be a regular file"):
        read_config(str(tmp_path / "pipe"))


def check(file: Path, capsys: pytest.CaptureFixture[str]) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(["check", str(file)])
    return (ended.value.code, *capsys.readouterr())


def test_check_says_what_would_be_served_a_line_for_each_stream(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "streams.toml"
    file.write_text(
        '[streams.b]\nsource = "mmap:/no/such?width=4"\nfps = 5\ncrop = "0,0,4,3"\naverage = true\n'
        '[streams.a]\nsource = "a.wss"\nloop = true\nstep = 1\n'
    )
    said = f"b: mmap:/no/such?width=4 crop=0,0,4,3 average fps=5.0\na: {tmp_path}/a.wss loop\n"
    assert check(file, capsys) == (0, said, "")


def test_check_says_each_fault_on_a_line_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "streams.toml"
    file.write_text(f"port = -1\n{GOOD}step = 99\n")
    code, out, err = check(file, capsys)
    assert (code, out) == (2, "")
    assert [line.partition(" cannot be")[0] for line in err.splitlines()] == [
        f"ws-stream: {file}, line 1: port=-1",
        f"ws-stream: {file}, line 4: step=99",
    ]


def test_the_example_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = check(ROOT / "examples/streams.toml", capsys)
    assert (code, [line.partition(":")[0] for line in out.splitlines()]) == (0, ["card", "detail"])


def test_the_file_in_the_document_is_right(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/configuration.md").read_text(), re.S)
    (tmp_path / "tokens").write_text(f"view:{'v' * 43}\n")
    (tmp_path / "tokens").chmod(0o600)
    assert [stream.name for stream in read(tmp_path, text).streams] == ["camera", "screen"]


@pytest.mark.parametrize(
    ("beside", "named"),
    [
        ("--step 2", "--step"),
        ("--name a", "--name"),
        ("test:", "test:"),
        ("--allow-input", "--allow-input"),
    ],
)
def test_what_is_of_a_stream_cannot_stand_beside_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], beside: str, named: str
) -> None:
    (tmp_path / "streams.toml").write_text(GOOD)
    with pytest.raises(SystemExit) as ended:
        cli.main(["serve", "--config", str(tmp_path / "streams.toml"), *beside.split()])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(
        f"ws-stream: {named} cannot be beside --config; right would be a line of the file"
    )
    assert said.count("\n") == 1


def test_nothing_is_served_of_a_file_with_a_source_that_cannot_be_opened(tmp_path: Path) -> None:
    file = tmp_path / "streams.toml"
    file.write_text(
        f'port = 0\n{GOOD}[streams.b]\nsource = "xwd:no"\n[streams.c]\nsource = "fb:x"\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "ws_stream", "serve", "--config", str(file)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == [
        f"{file}, line 5",
        f"{file}, line 7",
    ]
