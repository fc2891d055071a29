"""Where and when errands are run, from whatever thread they come."""

import asyncio
import threading

import pytest

from ws_stream.hub.errands import Errands

from .viewer import until


class Diary:
    """Who ran what, in order."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, int]] = []

    def errand(self, name: str) -> "Errand":
        return Errand(self, name)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.entries]


class Errand:
    def __init__(self, diary: Diary, name: str) -> None:
        self._diary, self._name = diary, name

    def __call__(self) -> None:
        self._diary.entries.append((self._name, threading.get_ident()))


@pytest.fixture
def diary() -> Diary:
    return Diary()


def in_a_thread(errands: Errands, name: str, errand: Errand) -> None:
    thread = threading.Thread(target=errands.run, args=(name, errand))
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


def soon() -> float:
    return asyncio.get_running_loop().time() + 0.01


async def test_on_the_loops_thread_they_are_run_at_once(diary: Diary) -> None:
    errands = Errands()
    errands.open()
    errands.run("a", diary.errand("a"))
    assert diary.entries == [("a", threading.get_ident())]


async def test_those_of_another_thread_are_run_on_the_loop_in_their_order(diary: Diary) -> None:
    errands = Errands()
    errands.open()
    for name in "abc":
        in_a_thread(errands, name, diary.errand(name))
    assert diary.entries == []
    await until(lambda: len(diary.entries) == 3)
    assert diary.entries == [(name, threading.get_ident()) for name in "abc"]


async def test_of_one_name_the_newest_is_run_in_the_place_of_the_first(diary: Diary) -> None:
    errands = Errands()
    errands.open()
    for number in range(100):
        in_a_thread(errands, "many", diary.errand(f"many {number}"))
        in_a_thread(errands, "other", diary.errand("other"))
    await until(lambda: len(diary.entries) == 2)
    in_a_thread(errands, "many", diary.errand("again"))
    await until(lambda: len(diary.entries) == 3)
    assert diary.names == ["many 99", "other", "again"]


async def test_one_that_is_run_at_once_is_run_in_place_of_an_older_one(diary: Diary) -> None:
    errands = Errands()
    errands.open()
    in_a_thread(errands, "a", diary.errand("old"))
    errands.run("a", diary.errand("new"))
    in_a_thread(errands, "b", diary.errand("end"))
    await until(lambda: "end" in diary.names)
    assert diary.names == ["new", "end"]


def test_without_a_loop_none_is_run_by_anybody(diary: Diary) -> None:
    errands = Errands()
    errands.run("a", diary.errand("before"))
    errands.run_at("name", 0, diary.errand("timed"))

    async def run() -> None:
        errands.open()
        errands.run("a", diary.errand("while"))
        errands.close()
        errands.run("a", diary.errand("after"))
        errands.run_at("name", soon(), diary.errand("timed"))
        in_a_thread(errands, "a", diary.errand("after"))
        await asyncio.sleep(0.02)

    asyncio.run(run())
    assert diary.names == ["while"]


def test_those_for_a_loop_that_is_gone_are_dropped_in_silence(diary: Diary) -> None:
    errands = Errands()

    async def run() -> None:
        errands.open()

    asyncio.run(run())
    in_a_thread(errands, "a", diary.errand("a"))
    assert diary.names == []


def test_another_loop_takes_over_from_one_that_was_not_closed(diary: Diary) -> None:
    errands = Errands()

    async def run(name: str) -> None:
        errands.open()
        assert not errands.waits("late")
        errands.run_at("late", soon() + 3600, diary.errand("never"))
        in_a_thread(errands, name, diary.errand(name))
        await until(lambda: name in diary.names)

    asyncio.run(run("first"))
    asyncio.run(run("second"))
    assert diary.names == ["first", "second"]


async def test_a_timed_one_waits_until_its_time_and_is_run_once(diary: Diary) -> None:
    errands = Errands()
    errands.open()
    errands.run_at("a", soon(), diary.errand("a"))
    assert errands.waits("a")
    assert diary.names == []
    await until(lambda: diary.names == ["a"])
    assert not errands.waits("a")


async def test_the_later_of_two_of_a_name_counts_whichever_is_due_first(diary: Diary) -> None:
    errands = Errands()
    errands.open()
    errands.run_at("a", soon(), diary.errand("old"))
    errands.run_at("a", soon() + 0.01, diary.errand("new"))
    errands.run_at("b", soon() + 0.02, diary.errand("old"))
    errands.run_at("b", soon(), diary.errand("newest"))
    errands.run_at("end", soon() + 0.04, diary.errand("end"))
    await until(lambda: "end" in diary.names)
    assert sorted(diary.names) == ["end", "new", "newest"]


async def test_one_may_give_itself_again(diary: Diary) -> None:
    errands = Errands()
    errands.open()

    def again() -> None:
        diary.errand("again")()
        if len(diary.names) < 3:
            errands.run_at("a", soon(), again)

    errands.run_at("a", soon(), again)
    await until(lambda: len(diary.names) == 3)
    assert not errands.waits("a")


async def test_what_was_forgotten_or_closed_is_not_run(diary: Diary) -> None:
    errands = Errands()
    errands.open()
    errands.run_at("a", soon(), diary.errand("a"))
    errands.run_at("b", soon(), diary.errand("b"))
    errands.forget("a")
    errands.forget("never given")
    errands.close()
    errands.open()
    errands.run_at("end", soon() + 0.02, diary.errand("end"))
    await until(lambda: "end" in diary.names)
    assert diary.names == ["end"]
