"""bench/targets.py: what counts as reached."""

from bench.content import SCREENS
from bench.run import Cell
from bench.targets import TARGETS, Result, results


def cell(content: str, server: str, *, step: int = 4, cpu: float = 1, sent: float = 1000) -> Cell:
    return Cell(
        content=content, step=step, server=server, options="", cpu=cpu, cpu_least=cpu, cpu_most=cpu,
        cpu_turns=(cpu,), per_picture=0, bytes_per_picture=0, bytes=sent, pictures=30, offered=30, wake_ups=0,
        resident=0, proportional=0, exact=1.0, max_error=0, psnr=None, ages=None,
    )  # fmt: skip


def of(cells: list[Cell], group: str, what: str, rival: str | None, step: int = 4) -> Result:
    (found,) = (
        result
        for result in results(cells)
        if (result.target.group, result.target.what, result.target.rival, result.target.step)
        == (group, what, rival, step)
    )
    return found


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    assert all(result.met is None for result in results([]))
    assert len(results([])) == len(TARGETS)


def test_screens_are_the_mean_of_all_five() -> None:
    ours = [cell(name, "ws-stream", cpu=1) for name in SCREENS]
    theirs = [cell(name, "flask-pil", cpu=4 + 5 * (name == "still")) for name in SCREENS]
    result = of(ours + theirs, "screens", "CPU", "flask-pil")
    assert result.reached == 1 / 5
    assert result.met
    assert result.group == "screens"


def test_a_part_of_the_screens_is_said_to_be_a_part() -> None:
    cells = [cell("still", "ws-stream"), cell("still", "flask-pil"), cell("desktop", "ws-stream")]
    assert of(cells, "screens", "CPU", "flask-pil").group == "screens (1 of 5)"


def test_steps_are_kept_apart() -> None:
    cells = [cell("film", "ws-stream", step=1), cell("film", "simplejpeg", step=4)]
    assert of(cells, "film", "CPU", "simplejpeg").reached is None


def test_one_wrong_picture_on_one_screen_is_not_exact() -> None:
    cells = [cell(name, "ws-stream") for name in SCREENS]
    assert of(cells, "screens", "pictures not exact", None).met
    cells[2] = cells[2]._replace(exact=0.9)
    assert of(cells, "screens", "pictures not exact", None).met is False


def test_an_error_up_to_the_tolerance_is_allowed_and_one_more_is_not() -> None:
    film = cell("film", "ws-stream")
    for largest, met in ((8, True), (9, False)):
        found = of([film._replace(max_error=largest)], "film", "error above the tolerance", None)
        assert found.met is met


def test_half_the_pictures_of_a_film_is_not_the_full_rate() -> None:
    film = cell("film", "ws-stream", step=1)
    for pictures, met in ((29.5, True), (15.0, False)):
        found = of([film._replace(pictures=pictures)], "film", "pictures not sent", None, step=1)
        assert found.met is met
