"""Between one who writes and one who reads: what is read is never written to, and is the newest whole one."""

from hypothesis import given
from hypothesis import strategies as st

from ws_stream.pixels.formats import RGB565
from ws_stream.sources.slots import Slots


@given(st.lists(st.sampled_from(["write", "half", "read"]), max_size=40))
def test_the_newest_whole_picture_is_read_and_stays_as_it_is_while_it_is_read(
    deeds: list[str],
) -> None:
    slots, held = Slots(RGB565, 3, 2), 0
    pixels, _ = slots.newest()
    for deed in deeds:
        shade = slots.count % 200 + 1
        if deed == "read":
            pixels, held = slots.newest()
            assert held == slots.count
        else:
            slots.written()[:] = bytes((shade,)) * 12
            if deed == "write":
                slots.complete()
        assert pixels.tobytes() == bytes(((held - 1) % 200 + 1 if held else 0,)) * 12
