"""What /metrics says, read by Prometheus's own parser; on a real server, and of streams that are made up."""

import asyncio
import builtins
import json
import re
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.hub.viewer import BOTH_WALKS, NewWalk, Room, picture
from ws_stream import Server, UsageError, connect
from ws_stream.hub.figures import AGES
from ws_stream.hub.stream import Stream
from ws_stream.hub.subscription import now_us
from ws_stream.protocol.request import Request
from ws_stream.server import metrics, pages
from ws_stream.server.access import AccessPolicy
from ws_stream.server.judgement import Judge
from ws_stream.server.tokens import known
from ws_stream.walk.counts import Reason

from .test_pages import answer, request

ROOT = Path(__file__).parents[2]
Key = tuple[str, frozenset[tuple[str, str]]]


def families(*streams: Stream) -> dict[str, Metric]:
    by_name = {stream.name: stream for stream in streams}
    text = metrics.exposition(by_name, time.monotonic()).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def samples(*streams: Stream) -> dict[Key, float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families(*streams).values()
        for sample in family.samples
    }


def value(name: str, stream: Stream, **labels: str) -> float:
    return samples(stream)[name, frozenset({"stream": stream.name, **labels}.items())]


class TestOfStreams:
    def test_each_stream_has_each_series_from_the_beginning(self) -> None:
        found = samples(Stream("a"), Stream("b"))
        series = len(metrics.METRICS) + len(Reason) + len(AGES) + 3
        assert len(found) == 2 * series + 1, "and one is of the process"
        assert {found[key] for key in found if key[0] != "ws_stream_cpu_seconds_total"} == {0}

    def test_without_streams_there_is_the_process(self) -> None:
        assert [name for name, _ in samples()] == ["ws_stream_cpu_seconds_total"]

    def test_labels_are_the_stream_and_fixed_words(self) -> None:
        labels = [dict(labels) for _, labels in samples(Stream("a"))]
        assert {name for found in labels for name in found} == {"stream", "reason", "le"}
        assert {found["reason"] for found in labels if "reason" in found} == {
            "rate",
            "window",
            "socket",
            "wholes",
        }

    async def test_viewers_make_no_series(self) -> None:
        room = Room(Stream("a"))
        before = set(samples(room.stream))
        for _ in range(50):
            room.come()
        assert set(samples(room.stream)) == before
        assert value("ws_stream_viewers", room.stream) == 50

    def test_problems_are_counted_and_known_while_they_last(self) -> None:
        stream = Stream("a")
        for problem in ("gone", None, "torn"):
            stream.set_problem(problem)
        assert value("ws_stream_problems_total", stream) == 2
        assert value("ws_stream_ill", stream) == 1
        stream.set_problem(None)
        assert value("ws_stream_ill", stream) == 0


@BOTH_WALKS
class TestAges:
    """An acknowledgement says that a picture is drawn; what it was by then is the device's own clock's to say."""

    async def test_a_picture_counts_as_old_as_it_was_when_it_was_acknowledged(
        self, walk: NewWalk
    ) -> None:
        room = Room(Stream("a", walk=walk))
        viewer = room.enter(Request())
        room.stream.publish(picture(1), time_us=now_us() - 300_000)
        await viewer.sees()
        viewer.subscription.acknowledge(1, None, time.monotonic())
        assert value("ws_stream_age_seconds_count", room.stream) == 1
        assert value("ws_stream_age_seconds_bucket", room.stream, le="0.2") == 0
        assert value("ws_stream_age_seconds_bucket", room.stream, le="+Inf") == 1
        assert value("ws_stream_age_seconds_sum", room.stream) >= 0.3

    async def test_each_picture_counts_once_for_a_viewer_whatever_it_says(
        self, walk: NewWalk
    ) -> None:
        room = Room(Stream("a", walk=walk))
        viewer, epoch = room.enter(Request()), None
        for number in (1, 2):
            room.stream.publish(picture(number))
            await viewer.sees(number)
            assert viewer.held
            epoch = viewer.held.epoch
            for said in (number, number, 0, 1, number + 1, 2**32 - 1, number):
                viewer.subscription.acknowledge(said, epoch, time.monotonic())
                viewer.subscription.acknowledge(said, epoch ^ 1, time.monotonic())
        assert value("ws_stream_age_seconds_count", room.stream) == 2

    async def test_what_a_viewer_has_counted_stays_when_it_leaves(self, walk: NewWalk) -> None:
        room = Room(Stream("a", walk=walk))
        before: Mapping[Key, float] = {}
        for number in range(1, 6):
            viewer = room.enter(Request())
            room.stream.publish(picture(number))
            await viewer.sees(number)
            assert viewer.held
            viewer.subscription.acknowledge(viewer.held.number, None, time.monotonic())
            viewer.leave()
            after = samples(room.stream)
            assert all(after[key] >= before.get(key, 0) for key in after)
            before = after
        assert value("ws_stream_age_seconds_count", room.stream) == 5
        assert value("ws_stream_sent_pictures_total", room.stream) == 9, "the last one to each, too"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        yield server


async def fetch(server: Server, path: str, method: str = "GET") -> tuple[int, str, str]:
    def ask() -> tuple[int, str, str]:
        url = f"http://127.0.0.1:{server.port}{path}"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method=method)) as reply:
                return reply.status, reply.headers["Content-Type"], reply.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["Content-Type"], error.read().decode()

    return await asyncio.to_thread(ask)


class TestOnAServer:
    async def test_a_viewer_s_pictures_are_told_in_prometheus_s_own_format(
        self, server: Server
    ) -> None:
        camera = server.stream("camera")
        camera.publish(np.full((4, 6, 3), 1, np.uint8))
        async for frame in connect(f"ws://127.0.0.1:{server.port}/stream/camera"):
            if frame.number == 5:
                break
            camera.publish(np.full((4, 6, 3), 1 + frame.number, np.uint8))
        status, kind, text = await fetch(server, "/metrics")
        assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
        found = {
            sample.name: sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.labels in ({"stream": "camera"}, {})
        }
        assert found["ws_stream_pictures_total"] == found["ws_stream_sent_pictures_total"] == 5
        assert found["ws_stream_encodings_total"] == 5
        assert found["ws_stream_sent_bytes_total"] == camera.walk.counts().sent_bytes > 0
        assert found["ws_stream_age_seconds_count"] >= 4
        assert found["ws_stream_cpu_seconds_total"] > 0

    async def test_a_head_has_no_body(self, server: Server) -> None:
        assert (await fetch(server, "/metrics", "HEAD"))[::2] == (200, "")

    async def test_health_is_503_with_the_reason_as_json_while_a_stream_is_ill(
        self, server: Server
    ) -> None:
        camera = server.stream("camera")
        assert await fetch(server, "/healthz") == (200, "application/json", '{"status": "ok"}')
        camera.set_problem("no cable")
        status, kind, body = await fetch(server, "/healthz")
        assert (status, kind) == (503, "application/json")
        assert json.loads(body) == {
            "status": "ill",
            "streams": [
                {"name": "camera", "reason": "there are no pictures; viewers are told why"}
            ],
        }
        camera.set_problem(None)
        assert (await fetch(server, "/healthz"))[0] == 200

    async def test_without_the_extra_it_is_said_which_one(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = builtins.__import__

        def without(name: str, *rest: Any) -> Any:  # noqa: ANN401 - the builtin's
            if name.startswith("prometheus_client"):
                raise ImportError(name)
            return real(name, *rest)

        monkeypatch.setattr(builtins, "__import__", without)
        status, _, body = await fetch(server, "/metrics")
        assert (status, body) == (501, f"{metrics.MISSING}\n")
        with pytest.raises(UsageError, match=re.escape("pip install 'ws-stream[metrics]'")):
            metrics.exposition({}, 0.0)


class TestDocument:
    """docs/watching.md names what is exported, and nothing else."""

    def test_the_table_of_metrics_is_what_is_exported(self) -> None:
        told = set(
            re.findall(r"^\| `(ws_stream_\w+)` \| (\w+) \| ([^|]*) \|", WATCHING, re.MULTILINE)
        )
        assert told == set(exported())


def exported() -> Iterator[tuple[str, str, str]]:
    """Name, type and labels of each metric."""
    for family in families(Stream("a")).values():
        labels = {name for sample in family.samples for name in sample.labels} - {"le"}
        suffix = "_total" if family.type == "counter" else ""
        shown = ", ".join(f"`{label}`" for label in sorted(labels, reverse=True))
        yield family.name + suffix, family.type, shown


DASHBOARD: dict[str, Any] = json.loads((ROOT / "examples/grafana/ws-stream.json").read_text())
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
WATCHING = (ROOT / "docs" / "watching.md").read_text()
LABELS_OF_THE_SCRAPE = {"instance", "job"}
"""What Prometheus adds to each sample by itself."""


def queries() -> list[str]:
    """All PromQL of the dashboard, and of the alert in the document."""
    shown = [target["expr"] for panel in PANELS for target in panel["targets"]]
    chosen = [
        variable["query"]["query"]
        for variable in DASHBOARD["templating"]["list"]
        if variable["type"] == "query"
    ]
    return [*shown, *chosen, *re.findall(r"^ +expr: (.*)$", WATCHING, re.MULTILINE)]


class TestDashboard:
    """Of Grafana, and what it asks for."""

    def test_it_has_a_panel_for_each_thing_that_is_watched(self) -> None:
        words = " ".join(panel["title"] for panel in PANELS)
        for word in ("Pictures", "Bytes", "Age", "Viewers", "CPU", "Problems", "Ill", "Skipped"):
            assert word in words
        used = {name for query in queries() for name in re.findall(r"ws_stream_\w+", query)}
        assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in used} == {
            name for name, *_ in exported()
        }, "nothing is exported that nobody looks at"

    def test_each_metric_and_label_that_is_asked_for_is_exported(self) -> None:
        known: dict[str, set[str]] = {}
        for name, labels in samples(Stream("a")):
            known.setdefault(name, set()).update(label for label, _ in labels)
        assert len(queries()) > 10
        for query in queries():
            names = re.findall(r"\b(ws_stream_\w+)", query)
            assert names, query
            assert set(names) <= set(known), query
            there = set.intersection(*(known[name] for name in names)) | LABELS_OF_THE_SCRAPE
            asked = re.findall(r"(\w+)=~?\"", query)
            grouped = ", ".join(re.findall(r"by \(([^)]*)\)", query))
            legend = re.findall(r"label_values\(.*, (\w+)\)$", query)
            assert {*asked, *legend, *filter(None, grouped.split(", "))} <= there, query

    def test_legends_name_labels_that_their_query_leaves(self) -> None:
        for panel in PANELS:
            for target in panel["targets"]:
                named = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
                grouped = re.findall(r"by \(([^)]*)\)", target["expr"])
                left = {"instance", "stream"} if "stream=" in target["expr"] else {"instance"}
                assert named <= (set(grouped[0].split(", ")) if grouped else left)

    def test_panels_have_numbers_of_their_own_and_places_beside_each_other(self) -> None:
        assert len({panel["id"] for panel in PANELS}) == len(PANELS)
        cells = [
            (x, y)
            for place in (panel["gridPos"] for panel in PANELS)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        ]
        assert len(set(cells)) == len(cells)
        assert max(x for x, _ in cells) < 24, "Grafana's columns"

    def test_it_asks_whatever_prometheus_is_chosen(self) -> None:
        chosen = {"type": "prometheus", "uid": "${datasource}"}
        assert all(panel["datasource"] == chosen for panel in PANELS)
        assert DASHBOARD["schemaVersion"] >= 36
        assert "id" not in DASHBOARD, "it would replace another one"


def test_what_the_document_says_of_health_is_what_is_answered() -> None:
    (ill,) = re.findall(r"^({\"status\": \"ill\".*})$", WATCHING, re.MULTILINE)
    stream = Stream("camera")
    stream.set_problem(json.loads(ill)["streams"][0]["reason"])
    streams = {"camera": stream}
    reply = answer(request(target="/healthz"), streams)
    assert reply
    assert json.loads(reply.body) == json.loads(ill)


def test_who_may_not_see_the_streams_is_not_told_what_they_are_called() -> None:
    stream = Stream("camera")
    stream.set_problem("the lens is closed")
    judge = Judge(AccessPolicy(), lambda: known("view:" + "v" * 22, None))
    asked = request(target="/healthz")
    reply = pages.answer(asked, judge.judge(asked, "", 0.0), {"camera": stream})
    assert isinstance(reply, pages.Reply)
    assert reply.status == HTTPStatus.SERVICE_UNAVAILABLE
    told = {"status": "ill", "streams": [{"reason": "there are no pictures; viewers are told why"}]}
    assert json.loads(reply.body) == told
