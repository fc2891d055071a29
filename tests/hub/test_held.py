"""Whatever a viewer says, what is heard of it is whole: what goes up went down, and in the end nothing is down."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.hub.held import MAX_KEYS, MAX_TOUCHES, Held
from ws_stream.protocol.input import PHASES, Action, Custom, Key, Pointer, Text, Touch

FEW = st.integers(0, 3)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(Pointer, FEW, FEW, FEW, st.none() | st.just((0.0, 1.0))),
    st.builds(Touch, FEW, FEW, FEW, st.sampled_from(PHASES)),
    st.builds(Key, st.sampled_from("aAb"), st.sampled_from(["KeyA", "KeyB", ""]), st.booleans()),
    st.builds(Text, st.just("x")),
    st.builds(Custom, st.just("x"), st.just("y")),
)


class Program:
    """What is down by all that it heard. Fails at what is not whole."""

    def __init__(self) -> None:
        self.buttons = 0
        self.keys: dict[str, str] = {}
        self.touches: set[int] = set()

    def hear(self, action: Action) -> None:
        match action:
            case Pointer(_, _, buttons):
                self.buttons = buttons
            case Touch(touch, _, _, "start"):
                assert touch not in self.touches
                self.touches.add(touch)
            case Touch(touch, _, _, phase):
                assert touch in self.touches
                self.touches -= {touch} if phase != "move" else set()
            case Key(key, code, True):
                assert self.keys.setdefault(code or key, key) == key
            case Key(key, code, False):
                assert self.keys.pop(code or key) == key
            case _:
                pass

    @property
    def is_idle(self) -> bool:
        return not (self.buttons or self.keys or self.touches)


@given(st.lists(st.tuples(ACTIONS, st.booleans())))
def test_sequences_are_whole_and_end_with_nothing_down(said: list[tuple[Action, bool]]) -> None:
    held, program = Held(), Program()
    for action, is_full in said:
        before = program.buttons, len(program.keys), len(program.touches)
        heard = held.take(action, is_full=is_full)
        if heard:
            program.hear(heard.action)
        after = program.buttons, len(program.keys), len(program.touches)
        if is_full:
            assert not after[0] & ~before[0]
            assert after[1:] <= before[1:]
        if heard and heard.mover:
            assert after == before
    for action in held.release():
        program.hear(action)
    assert program.is_idle
    assert not list(held.release())


@given(st.lists(ACTIONS))
def test_nothing_but_what_is_not_whole_is_left_out_for_a_program_that_keeps_up(
    said: list[Action],
) -> None:
    held, down = Held(), set[object]()
    for action in said:
        heard = held.take(action, is_full=False)
        match action:
            case Touch(touch, _, _, phase):
                assert bool(heard) == (phase == "start" or touch in down)
                down = down | {touch} if phase == "start" else down
                down = down - {touch} if phase in ("end", "cancel") else down
            case Key(key, code, is_down):
                assert bool(heard) == (is_down or (code or key) in down)
                down = down | {code or key} if is_down else down - {code or key}
            case _:
                assert heard
                assert heard.action == action


def test_a_key_goes_up_as_what_it_went_down_whatever_it_means_by_now() -> None:
    held = Held()
    held.take(Key("A", "KeyA", True), is_full=False)
    assert held.take(Key("a", "KeyA", False), is_full=True) == (Key("A", "KeyA", False), None)


def test_a_key_that_repeats_and_fingers_and_a_pointer_that_move_give_way_to_newer_ones() -> None:
    held = Held()
    for first, again in (
        (Key("a", "KeyA", True), Key("a", "KeyA", True)),
        (Touch(4, 1, 1, "start"), Touch(4, 2, 2, "move")),
        (Pointer(1, 1, 1), Pointer(2, 1, 1, (0, 1))),
    ):
        pressed, moved = (held.take(action, is_full=False) for action in (first, again))
        assert pressed == (first, None)
        assert moved
        assert moved.action == again
        assert moved.mover


def test_a_finger_that_is_down_twice_has_moved() -> None:
    held = Held()
    held.take(Touch(4, 1, 1, "start"), is_full=False)
    again = held.take(Touch(4, 2, 2, "start"), is_full=False)
    assert again
    assert again.action == Touch(4, 2, 2, "move")


def test_all_goes_up_in_order_the_last_key_first() -> None:
    held = Held()
    for action in (
        Pointer(5, 6, 3, (0, 9)),
        Key("Control", "ControlLeft", True),
        Touch(1, 2, 3, "start"),
        Key("c", "KeyC", True),
        Pointer(7, 8, 3),
    ):
        held.take(action, is_full=False)
    assert list(held.release()) == [
        Key("c", "KeyC", False),
        Key("Control", "ControlLeft", False),
        Pointer(7, 8, 0),
        Touch(1, 2, 3, "cancel"),
    ]


def test_a_button_that_went_down_in_vain_is_not_down_by_a_later_move() -> None:
    held = Held()
    assert held.take(Pointer(1, 1, 1), is_full=True) == (Pointer(1, 1, 0), ("pointer", 0))
    assert held.take(Pointer(2, 2, 1), is_full=False) == (Pointer(2, 2, 0), ("pointer", 0))
    assert held.take(Pointer(2, 2, 3), is_full=False) == (Pointer(2, 2, 2), None)
    held.take(Pointer(2, 2, 2), is_full=False)
    assert held.take(Pointer(2, 2, 3), is_full=False) == (Pointer(2, 2, 3), None)


@pytest.mark.parametrize(
    ("press", "most"),
    [
        (lambda number: Key("", f"Key{number}", True), MAX_KEYS),
        (lambda number: Touch(number, 0, 0, "start"), MAX_TOUCHES),
    ],
)
def test_no_viewer_holds_down_more_than_hands_do(press: Callable[[int], Action], most: int) -> None:
    held = Held()
    heard = [held.take(press(number), is_full=False) for number in range(2 * most)]
    assert all(heard[:most])
    assert not any(heard[most:])
    assert len(list(held.release())) == most
