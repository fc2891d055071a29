"""One-line faults, systematically: each token that may be another, each statement that may be missing. Pure.

Knows nothing of what the programs do. Python and JavaScript are alike enough for one table.
"""

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator
from typing import NamedTuple

_PAIRS = """
< <=  <= <  > >=  >= >  == !=  != ==  === !==  !== ===
+ -  - +  * +  / *  // *  % *  & |  | &  ^ |  << >>  >> <<  >>> >>
+= -=  -= +=  |= &=  &= |=  && ||  || &&  ?? &&  and or  or and
true false  false true  True False  False True
width height  height width  min max  max min  first rows  rows first  firstRow rows
epoch number  base number  least most  most least
"""
_WORDS = _PAIRS.split()
OTHERS = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True)) | dict.fromkeys(("!", "not", "~"), "")
"""What stands for what."""
_NUMBER = re.compile(r"(0x[0-9a-fA-F_]+|[0-9][0-9_]*)n?$")
_JAVASCRIPT = re.compile(
    r"(?P<skip>//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)"
    r"|(?P<token>[A-Za-z_$#][\w$]*|0x[0-9a-fA-F_]+|[0-9][0-9_.]*"
    r"|>>>=|===|!==|>>>|<<=|>>=|\*\*|\?\?|\?\.|=>|==|!=|<=|>=|&&|\|\||<<|>>|\+\+|--|[-+*/%&|^]=|[-+*/%&|^~!<>])",
    re.DOTALL,
)
_STATEMENT = re.compile(
    r"\s*(?!return\b|const\b|let\b|import\b|export\b|case\b|default\b|throw\b)[\w$.#\[\]]+.*;\s*(//.*)?$"
)


class Mutant(NamedTuple):
    """A program with one fault."""

    file: str
    line: int
    was: str
    """The line, without the space around it."""
    now: str
    text: str
    """The whole program."""

    @property
    def name(self) -> str:
        """What was done where."""
        return f"{self.file}:{self.line}: {self.was}  ->  {self.now or '(nothing)'}"


class _Token(NamedTuple):
    start: int
    text: str


def mutants(file: str, text: str, left_alone: Collection[str] = ()) -> Iterator[Mutant]:
    """All faults of a program, but those in the functions and constants that are to be left alone."""
    is_python = file.endswith(".py")
    skipped = _skipped(text, left_alone) if is_python else _skipped_javascript(text, left_alone)
    tokens = _python(text) if is_python else _javascript(text)
    removed = _python_statements(text) if is_python else _javascript_statements(text)
    edits = [(token.start, token.text, other) for token in tokens for other in _others(token.text)]
    for start, was, now in sorted({*edits, *removed}):
        line = text.count("\n", 0, start) + 1
        if line not in skipped:
            changed = text[:start] + now + text[start + len(was) :]
            before, after = (one.split("\n")[line - 1].strip() for one in (text, changed))
            yield Mutant(file, line, before, after, changed)


def _others(text: str) -> Iterator[str]:
    if text in OTHERS:
        yield OTHERS[text]
    elif _NUMBER.match(text):
        value = int(text.rstrip("n").replace("_", ""), 0)
        yield f"{value + 1}"
        if value:
            yield f"{value - 1}"


def _offsets(text: str) -> list[int]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _python(text: str) -> Iterator[_Token]:
    starts, kinds = _offsets(text), (tokenize.OP, tokenize.NAME, tokenize.NUMBER)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in kinds:
            yield _Token(starts[token.start[0] - 1] + token.start[1], token.string)


def _python_statements(text: str) -> Iterator[tuple[int, str, str]]:
    """Statements without which the program still runs."""
    starts = _offsets(text)
    for node in ast.walk(ast.parse(text)):
        is_doc = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        kinds = ast.Raise | ast.AugAssign | ast.Expr | ast.Break | ast.Continue
        if isinstance(node, kinds) and not is_doc:
            start = starts[node.lineno - 1] + node.col_offset
            end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
            yield start, text[start:end], "pass"


def _javascript(text: str) -> Iterator[_Token]:
    for found in _JAVASCRIPT.finditer(text):
        if found["token"]:
            yield _Token(found.start(), found["token"])


def _javascript_statements(text: str) -> Iterator[tuple[int, str, str]]:
    start = 0
    for line in text.split("\n"):
        is_indented = line.startswith("  ")
        if is_indented and _STATEMENT.match(line) and line.count("(") == line.count(")"):
            indent = len(line) - len(line.lstrip())
            yield start + indent, line.strip(), ";"
        start += len(line) + 1


def _skipped(text: str, names: Collection[str]) -> set[int]:
    """Lines of the definitions of these names, of imports, annotations and type definitions."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        named = getattr(node, "name", None) or _target(node)
        kinds = ast.Import | ast.ImportFrom
        is_field = isinstance(node, ast.AnnAssign) and node.col_offset and not node.value
        if (
            isinstance(node, kinds)
            or is_field
            or (isinstance(named, str) and named.startswith(tuple(names)))
        ):
            lines |= set(
                range(getattr(node, "lineno", 0), (getattr(node, "end_lineno", 0) or 0) + 1)
            )
        if isinstance(node, ast.AnnAssign) and node.lineno == node.end_lineno and node.value:
            lines |= {node.lineno} if isinstance(node.value, ast.Constant) else set()
        if isinstance(node, ast.FunctionDef):  # what it takes and returns
            lines |= set(range(node.lineno, node.body[0].lineno))
    return lines


def _target(node: ast.AST) -> str | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _skipped_javascript(text: str, names: Collection[str]) -> set[int]:
    """Lines of imports, and of the functions and constants of these names up to their closing brace."""
    lines: set[int] = set()
    depth_at = None
    for number, line in enumerate(text.split("\n"), 1):
        begun = re.match(r"(?:export )?(?:async )?(?:function\*? |const |class )(\w+)", line)
        begun = begun or re.match(r"  (?:static |get |set )?(#?\w+) ?[(=]", line)
        if line.startswith(("import ", "  name =")):
            lines.add(number)
        if begun and begun[1] in names:
            depth_at = len(line) - len(line.lstrip())
            lines.add(number)
            if line.rstrip().endswith(";"):
                depth_at = None
        elif depth_at is not None:
            lines.add(number)
            if re.match(rf" {{{depth_at}}}[}})\]]", line):
                depth_at = None
    return lines
