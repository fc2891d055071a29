"""What `show` takes, what it displays, and what a saved notebook has of it."""

import base64
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import ws_stream
from ws_stream.jupyter.still import MOST_PIXELS
from ws_stream.pixels.colours import to_rgb
from ws_stream.pixels.formats import PixelFormat
from ws_stream.pixels.raw import BAYER, NV12
from ws_stream.pixels.rendition import Rendition
from ws_stream.png import decode_png

from .notebook import Notebook, notebook
from .page import gray

PICTURE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


@pytest.fixture
def shell() -> Iterator[Notebook]:
    with notebook() as shell:
        yield shell


def still(shell: Notebook, index: int = -1) -> NDArray[np.uint8]:
    return decode_png(base64.b64decode(shell.displayed[index]["data"]["image/png"]))


def test_nothing_of_jupyter_is_imported_before_it_is_used() -> None:
    program = (
        "import sys, ws_stream; assert not {'IPython', 'anywidget', 'traitlets'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_what_is_missing_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ws_stream.UsageError, match=r"there is no notebook here; right would be"):
        ws_stream.show(PICTURE)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ws_stream.UsageError, match=r"pip install 'ws-stream\[jupyter\]'$"):
        ws_stream.show(PICTURE)


@pytest.mark.parametrize("picture", [PICTURE, Image.fromarray(PICTURE)], ids=["array", "Pillow"])
def test_a_picture_is_displayed_with_a_still_of_it(shell: Notebook, picture: object) -> None:
    view = ws_stream.show(picture)
    assert np.array_equal(still(shell)[..., :3], PICTURE)
    assert "application/vnd.jupyter.widget-view+json" in shell.displayed[0]["data"]
    view._ipython_display_()  # as the last line of its cell
    shell.end_cell()
    assert len(shell.displayed) == 1
    view._ipython_display_()
    assert len(shell.displayed) == 2, "in another cell it is shown again"
    view.close()


def test_a_cell_whose_loop_has_ended_has_a_still_of_its_last_picture(shell: Notebook) -> None:
    view = ws_stream.show()
    assert "image/png" not in shell.displayed[0]["data"]
    view.publish(gray(1))
    view.publish(PICTURE)
    shell.end_cell()
    assert [one["update"] for one in shell.displayed] == [False, True]
    assert np.array_equal(still(shell)[..., :3], PICTURE)
    shell.end_cell()
    assert len(shell.displayed) == 2
    view.close()


def test_a_still_has_a_bound(shell: Notebook) -> None:
    view = ws_stream.show(np.zeros((1200, 1600), np.uint8))
    height, width = still(shell).shape[:2]
    assert (height, width) == (600, 800)
    assert height * width <= MOST_PIXELS
    view.close()
    stream = ws_stream.Stream("wide", rendition=Rendition(step=2))
    stream.publish(np.zeros((10, 20000), np.uint8))
    view = ws_stream.show(stream)
    assert still(shell).shape[:2] == (5, 10000)
    view.close()


@pytest.mark.parametrize(
    ("pixel_format", "size"),
    [*((one, (1640, 1232)) for one in BAYER), (NV12, (3280, 2464))],
    ids=str,
)
def test_a_still_of_raw_pixels_has_a_bound_and_their_colours(
    shell: Notebook, pixel_format: PixelFormat, size: tuple[int, int]
) -> None:
    """A camera's picture, of which each group of pixels is as every other."""
    raw = pixel_format.blank(*size)
    raw[::2, ::2], raw[::2, 1::2], raw[1::2, ::2], raw[1::2, 1::2] = 60, 90, 90, 200
    stream = ws_stream.Stream("camera", format=pixel_format)
    stream.publish(raw)
    view = ws_stream.show(stream)
    shown = still(shell)[..., :3]
    height, width = shown.shape[:2]
    assert height * width <= MOST_PIXELS
    assert np.array_equal(shown, to_rgb(raw, pixel_format)[:height, :width])
    view.close()


def test_a_function_is_called_once_at_first_and_its_faults_are_the_cell_s(shell: Notebook) -> None:
    calls: list[int] = []

    def take() -> object:
        calls.append(1)
        return PICTURE

    view = ws_stream.show(take)
    assert len(calls) == 1
    assert np.array_equal(still(shell)[..., :3], PICTURE)
    view.close()
    with pytest.raises(ZeroDivisionError):
        ws_stream.show(lambda: 1 // 0)
    with pytest.raises(ws_stream.UsageError, match="right would be one that needs no argument"):
        ws_stream.show(lambda number: PICTURE * number)


class Later:
    async def __call__(self) -> object:
        return PICTURE


@pytest.mark.parametrize("offered", [Later().__call__, Later()], ids=["function", "object"])
def test_one_that_only_begins_when_it_is_called_is_refused(
    shell: Notebook, offered: object
) -> None:
    with pytest.raises(ws_stream.UsageError, match=r"right would be a function with `def`$"):
        ws_stream.show(offered)
    assert not shell.displayed


def test_elements_request_what_was_asked_for_and_no_more(shell: Notebook) -> None:
    ws_stream.show(PICTURE).close()
    ws_stream.show(PICTURE, fps=5, step=2, crop=(0, 0, 2, 4)).close()
    asked = [widget.attributes for widget in shell.widgets]
    assert asked == [{}, {"step": "2", "crop": "0,0,2,4", "fps": "5"}]


def wait(condition: object) -> None:
    while not condition():  # type: ignore[operator]  # a function
        time.sleep(0.005)


def test_a_page_is_shown_the_picture_and_told_when_the_view_is_closed(shell: Notebook) -> None:
    view = ws_stream.show(PICTURE)
    (widget,) = shell.widgets
    widget.hear({"act": "open", "viewer": "p", "query": ""})
    wait(lambda: any(words["act"] == "picture" for words, _ in widget.sent))
    view.close()
    view.close()
    wait(lambda: widget.is_closed)
    assert widget.sent[-1][0]["act"] == "close"
    assert not view.stream.watched


def test_a_stream_of_a_server_is_shown_in_the_server_s_event_loop(shell: Notebook) -> None:
    with ws_stream.Server(port=0) as server:
        stream = server.stream("camera")
        view = ws_stream.show(stream)
        stream.publish(PICTURE)
        (widget,) = shell.widgets
        widget.hear({"act": "open", "viewer": "p", "query": ""})
        wait(lambda: any(words["act"] == "picture" for words, _ in widget.sent))
        view.close()
        wait(lambda: widget.is_closed)
    stopped = ws_stream.Server(port=0).stream("camera")
    with pytest.raises(ws_stream.UsageError, match="this server is not started; right would be"):
        ws_stream.show(stopped)


def test_where_a_server_has_ended_cells_go_on_and_other_outputs_are_told(shell: Notebook) -> None:
    with ws_stream.Server(port=0) as server:
        view = ws_stream.show(server.stream("camera"))
    other = ws_stream.show()
    other.publish(PICTURE)
    shell.end_cell()
    assert [one["update"] for one in shell.displayed] == [False, False, True]
    shell.begin_cell()
    shell.widgets[0].hear({"act": "open", "viewer": "p", "query": ""})
    view.close()
    other.close()


def test_a_stream_that_nobody_serves_is_shown_and_two_outputs_show_it(shell: Notebook) -> None:
    stream = ws_stream.Stream("mine")
    views = [ws_stream.show(stream), ws_stream.show(stream)]
    for widget in shell.widgets:
        widget.hear({"act": "open", "viewer": "p", "query": ""})
    stream.publish(PICTURE)
    for widget in shell.widgets:
        wait(lambda widget=widget: any(words["act"] == "picture" for words, _ in widget.sent))
    for view in views:
        view.close()
