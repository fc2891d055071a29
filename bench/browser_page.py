"""A page in a headless browser, as seen from outside: its processes, its tasks, its memory.

Knows nothing of what it shows.
"""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.launch import ARGUMENTS, CHANNELS, executable

from .browser_threads import Used, descendants, page_process, used
from .processes import memory

BROWSERS: dict[str, dict[str, Any]] = {
    name: {
        "executable_path": executable(name),
        "args": ARGUMENTS[name],
        "channel": CHANNELS.get(name),
    }
    for name in ("chromium", "firefox")
}
"""How each is launched."""
VIEWPORT = {"width": 1280, "height": 800}
_TRACED = ("devtools.timeline", "disabled-by-default-devtools.timeline")
_LONG_TASKS = """if (PerformanceObserver.supportedEntryTypes.includes("longtask")) {
  window.longTasks = [];
  new PerformanceObserver((list) => {
    longTasks.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: "longtask" });
}"""
_BUSY = "() => { for (const until = performance.now() + 1000; performance.now() < until; ); }"
"""For so long that no process that is starting is busier, on a busy machine either."""


class Traced(NamedTuple):
    """Milliseconds that passed, whoever had the core."""

    handlers: tuple[float, ...]
    """What a message calls, on whichever thread of the page."""
    tasks: tuple[float, ...]
    """All that the main thread does in one go."""


class OpenPage:
    """A page that is open."""

    def __init__(self, browser: Browser, page: Page, others: set[int]) -> None:
        self.title = f"{browser.browser_type.name} {browser.version}"
        self._browser, self._page, self._others = browser, page, others
        self._processes: list[int] = []
        self._process = 0

    def find_processes(self) -> None:
        """To be called once all of them have started, which keeps each of them busy as well."""
        mine = set(descendants(os.getpid())) - self._others
        self._process = page_process(mine, lambda: self.evaluate(_BUSY))
        self._processes = sorted(mine)

    def evaluate(self, function: str) -> Any:  # noqa: ANN401 - a page may return anything
        """What a function of the page returns."""
        return self._page.evaluate(function)

    def used(self) -> Used:
        """CPU time until now."""
        return used(self._process, self._processes)

    def memory(self) -> float:
        """MB of the page's process, its share of what is shared."""
        return memory(self._process)[1]

    def long_tasks(self) -> list[float] | None:
        """Milliseconds that each long task of the main thread took since the last call; None in Firefox."""
        tasks: list[float] | None = self._page.evaluate("() => window.longTasks?.splice(0)")
        return tasks

    def heap(self) -> float | None:
        """MB that the main thread's scripts hold, with their array buffers, garbage collected; None in Firefox."""
        if not self._is_chromium:
            return None
        devtools = self._page.context.new_cdp_session(self._page)
        devtools.send("HeapProfiler.collectGarbage")
        told = devtools.send("Runtime.getHeapUsage")
        devtools.detach()
        return float(told["usedSize"] + told.get("backingStorageSize", 0)) / 1e6

    def traced(self, seconds: float) -> Traced:
        """How long handlers and tasks take; noting it costs the page some of its time. Nothing in Firefox."""
        if not self._is_chromium:
            return Traced((), ())
        self._browser.start_tracing(page=self._page, categories=list(_TRACED))
        time.sleep(seconds)
        events = json.loads(self._browser.stop_tracing())["traceEvents"]
        return durations(events, self._process)

    @property
    def _is_chromium(self) -> bool:
        return self._browser.browser_type.name == "chromium"


@contextmanager
def opened(name: str, url: str) -> Iterator[OpenPage]:
    """The address in a browser of its own, with a home of its own."""
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as home:
        others = set(descendants(os.getpid()))
        environment = {**os.environ, "HOME": home}
        browser = getattr(driver, name).launch(env=environment, **BROWSERS[name])
        try:
            page = browser.new_page(viewport=VIEWPORT)
            page.add_init_script(_LONG_TASKS)
            page.goto(url)
            yield OpenPage(browser, page, others)
        finally:
            browser.close()


def durations(events: list[dict[str, Any]], process: int) -> Traced:
    """Of a trace, those of this process's threads."""
    handlers, tasks = [], []
    came: set[int] = set()  # threads to which a message just came
    mine = (event for event in events if event["pid"] == process)
    for event in sorted(mine, key=lambda event: event["ts"]):
        name, thread = event["name"], event["tid"]
        if name == "WebSocketReceive":
            came.add(thread)
        elif "dur" not in event:  # it had not ended when the trace did
            continue
        elif name == "FunctionCall" and thread in came:
            came.remove(thread)
            handlers.append(event["dur"] / 1000)
        elif name == "RunTask" and thread == process:
            tasks.append(event["dur"] / 1000)
    return Traced(tuple(handlers), tuple(tasks))
