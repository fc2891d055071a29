"""What is told of a server fits into DNS, and nothing that another says gets further than it may."""

from collections.abc import Mapping

import pytest

from ws_stream.discovery.service import (
    MAX_ADDRESSES,
    TYPE,
    Service,
    instance,
    label,
    nearest,
    read,
    url,
    written,
)

HERE = Service(("192.168.1.7",), 8000, ("camera", "screen"))


def bytes_of(record: Mapping[str, bytes]) -> dict[bytes, bytes | None]:
    return {key.encode(): value for key, value in record.items()}


def test_the_record_says_what_is_served_and_how() -> None:
    assert written(HERE) == {
        "path": b"/",
        "streams": b"camera,screen",
        "version": b"1",
        "tls": b"0",
        "token": b"0",
    }
    assert written(HERE._replace(tls=True, token=True, path="/camera1/")) == {
        "path": b"/camera1/",
        "streams": b"camera,screen",
        "version": b"1",
        "tls": b"1",
        "token": b"1",
    }


@pytest.mark.parametrize("count", [0, 1, 3, 4, 12, 1000, 100_000])
@pytest.mark.parametrize("letters", [1, 30, 64])
def test_however_many_streams_there_are_each_string_fits_and_all_are_counted(
    count: int, letters: int
) -> None:
    streams = tuple(f"{number:{letters}}".replace(" ", "x")[:letters] for number in range(count))
    record = written(HERE._replace(streams=streams))
    assert all(len(key) + 1 + len(value) <= 255 for key, value in record.items())
    found = read(HERE.addresses, 8000, bytes_of(record))
    assert found
    assert found.streams == streams[: len(found.streams)]
    assert len(found.streams) + found.more == count


@pytest.mark.parametrize(
    "service",
    [HERE, HERE._replace(streams=()), HERE._replace(tls=True, token=True, path="/a/b/")],
)
def test_what_was_written_is_read(service: Service) -> None:
    assert read(service.addresses, service.port, bytes_of(written(service))) == service


@pytest.mark.parametrize("path", [b"", b"camera", b"/?a=b", b"/#x", b"/a b", b"/\x1b[2J", b"/\xff"])
def test_a_path_that_is_more_than_a_path_is_not_believed(path: bytes) -> None:
    found = read(HERE.addresses, 8000, {b"path": path})
    assert found
    assert found.path == "/"


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        (b"\x1b[31mred\x1b[0m,camera", ("camera",)),
        (b"a b,../x,<b>,\xf0\x9f\x92\xa5,\xff,camera", ("camera",)),
        (b"," * 200 + b"camera", ("camera",)),
        (b"a" * 65, ()),
        (b"+9999999,camera", ("camera",)),
        (b"+5,camera", ("camera",)),
    ],
)
def test_of_streams_only_names_are_believed(said: bytes, believed: tuple[str, ...]) -> None:
    found = read(HERE.addresses, 8000, {b"streams": said})
    assert found
    assert (found.streams, found.more) == (believed, 0)


@pytest.mark.parametrize(
    ("record", "tls"),
    [
        ({b"tls": b"1"}, True),
        ({b"TLS": b"1"}, True),
        ({b"tls": None}, False),
        ({b"tls": b"2"}, False),
        ({b"tls": b"0", b"TLS": b"1"}, False),
        ({b"tls": b"1", b"Tls": b"0"}, True),
        ({}, False),
    ],
)
def test_keys_have_no_case_and_the_first_of_them_counts(
    record: dict[bytes, bytes | None], tls: bool
) -> None:
    found = read(HERE.addresses, 8000, record)
    assert found
    assert found.tls is tls


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "224.0.0.1"),
        *("ff02::1", "255.255.255.255", "240.0.0.1", "fe80::1", "fe80::1%3"),
    ],
)
def test_no_announcement_leads_to_the_reader_s_own_machine_or_to_no_single_one(
    address: str,
) -> None:
    assert read([address], 8000, {}) is None
    found = read([address, "192.168.1.7"], 8000, {})
    assert found
    assert found.addresses == ("192.168.1.7",)


@pytest.mark.parametrize("port", [None, 0])
def test_without_a_port_there_is_nothing_to_open(port: int | None) -> None:
    assert read(HERE.addresses, port, {}) is None


def test_of_very_many_addresses_some_are_looked_at() -> None:
    found = read([f"10.0.{number // 256}.{number % 256}" for number in range(1, 5000)], 8000, {})
    assert found
    assert len(found.addresses) == MAX_ADDRESSES


@pytest.mark.parametrize(
    ("service", "address", "expected"),
    [
        (HERE, "192.168.1.7", "http://192.168.1.7:8000/"),
        (HERE._replace(tls=True), "192.168.1.7", "https://192.168.1.7:8000/"),
        (HERE._replace(path="/camera1/"), "192.168.1.7", "http://192.168.1.7:8000/camera1/"),
        (HERE, "fd00::7", "http://[fd00::7]:8000/"),
    ],
)
def test_what_is_opened_is_an_address_and_never_a_name(
    service: Service, address: str, expected: str
) -> None:
    assert url(service, address) == expected


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ({"172.17.0.1": "172.17.0.1", "192.168.1.7": "192.168.1.20"}, "192.168.1.7"),
        ({"10.0.0.7": "192.168.1.20", "192.168.1.7": "192.168.1.20"}, "192.168.1.7"),
        ({"fd00::7": None, "10.0.0.7": "192.168.1.20"}, "10.0.0.7"),
        ({"10.0.0.7": None, "192.168.1.7": None}, "10.0.0.7"),
        ({"192.168.1.7": "192.168.1.7"}, "192.168.1.7"),
        ({"fd00::7": "fd00::20", "10.0.0.7": "192.168.1.20"}, "fd00::7"),
    ],
)
def test_of_a_device_s_addresses_the_one_on_the_reader_s_network_is_opened(
    ways: dict[str, str | None], expected: str
) -> None:
    assert nearest(ways, ways.values()) == expected


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        ("kiosk", "kiosk"),
        ("kiosk.example.org", "kiosk"),
        ("", "ws-stream"),
        (".", "ws-stream"),
        ("a" * 64, "a" * 55),
        ("é" * 40, "é" * 27),
        ("a\x00b", "a\ufffdb"),
    ],
)
def test_a_server_s_name_is_its_machine_s_first_label(machine: str, name: str) -> None:
    assert label(machine) == name
    assert len(f"{name}-99999".encode()) <= 63, "a label of DNS"


@pytest.mark.parametrize(
    ("label_", "shown"),
    [
        ("kiosk", "kiosk"),
        ("http://good.example/ \x1b[8m", "http://good.example/ \ufffd[8m"),
        ("a\r\nb", "a b"),
        ("\u202ekioskoidar", "\ufffdkioskoidar"),
        ("x" * 5000, "x" * 63 + "…"),
    ],
)
def test_a_name_from_the_network_is_one_line_of_letters(label_: str, shown: str) -> None:
    assert instance(f"{label_}.{TYPE}") == shown
    assert instance(f"{label_}.{TYPE.upper()}") == shown
