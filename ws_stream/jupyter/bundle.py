"""The widget's script: the page's own modules that it takes, as one, so that no port and no network is asked for them.

Knows how these modules are written, which is all the JavaScript that it has to read.
"""

import base64
import re
from functools import cache
from posixpath import dirname, join, normpath

from ..server.files import files

ROOT = "/notebook.js"
LATER = ("/engine.js", "/kernel/kernel.js", "/engine/save.js")
"""What is loaded when a line of it runs: of that, what an element takes on the page's own thread."""

_COMMENT = re.compile(r"^ *(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_DYNAMIC = re.compile(r'\bimport\("(\.[^"]+)"\)')
_BESIDE = re.compile(r'new URL\("([^"]+\.wasm)", import\.meta\.url\)')


@cache
def bundle() -> str:
    """The script, an ECMAScript module whose default export is an anywidget."""
    order: list[str] = []
    for module in (*LATER, ROOT):
        _visit(module, order)
    return "\n".join(
        ("const modules = {};", *map(_wrapped, order), f'export default modules["{ROOT}"];')
    )


def _visit(module: str, order: list[str]) -> None:
    """Append a module behind all that it imports; there are no circles."""
    if module not in order:
        for _, name in _IMPORT.findall(_source(module)):
            _visit(_at(module, name), order)
        order.append(module)


def _source(module: str) -> str:
    return _COMMENT.sub("", files()[module].plain.content.decode())


def _at(module: str, name: str) -> str:
    return normpath(join(dirname(module), name))


def _wrapped(module: str) -> str:
    """A module as a function's body, which returns what it exports."""

    def imported(found: re.Match[str]) -> str:
        names = (found[1] or "").replace(" as ", ": ")
        return f'const {{{names}}} = modules["{_at(module, found[2])}"];\n' if names else ""

    def loaded(found: re.Match[str]) -> str:
        return f'Promise.resolve(modules["{_at(module, found[1])}"])'

    def inlined(found: re.Match[str]) -> str:
        content = base64.b64encode(files()[_at(module, found[1])].plain.content).decode()
        return f'new URL("data:application/wasm;base64,{content}")'

    source = _source(module)
    names = [name for _, name in _EXPORT.findall(source)]
    source = source.replace("export default {", "return {")
    source = _EXPORT.sub(r"\1", _IMPORT.sub(imported, source))
    source = _BESIDE.sub(inlined, _DYNAMIC.sub(loaded, source))
    return f'modules["{module}"] = (() => {{\n{source}\nreturn {{ {", ".join(names)} }};\n}})();'
