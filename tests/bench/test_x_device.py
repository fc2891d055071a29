from contextlib import closing
from pathlib import Path

from bench.x_device import MOST, SIZE, Desk, read
from tests.sources.newest import pixels
from tests.sources.x_server import xvfb
from ws_stream.sources import open_source


def test_the_number_that_was_drawn_is_read_from_the_screen(tmp_path: Path) -> None:
    with xvfb(tmp_path, 24, f"{SIZE[0]}x{SIZE[1]}") as (_, name):
        desk = Desk(name)
        with closing(open_source(f"screen:{name}")) as source:
            for number in (0, 1, 0xABCDE, MOST - 1):
                desk.number(number)
                assert read(pixels(source)) == number
        desk.close()
