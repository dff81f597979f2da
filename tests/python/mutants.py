"""Small changes of the project's rules, drawn by a seed: what `make mutate` tries on the tests.

In each kind first an operator is drawn, then a place, so that what is frequent does not crowd out
what is rare; no two in one file while there are others.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# By kind the files that are changed. The simulator is left out: its answers are the tests' own.
KINDS = {
    "models": ("models/**/*.sql",),
    "macros": ("macros/**/*.sql",),
    "scripts": ("scripts/sales_kpis/*.py",),
    "contracts": ("models/staging/*/_*__sources.yml",),
    "seeds": ("models/**/_*__seeds.yml", "tests/edge_cases/seeds/**/*.csv"),
}


@dataclass(frozen=True)
class Mutant:
    """A change of one place: `before` stands in the file from `start` on."""

    kind: str
    file: str
    operator: str
    start: int
    before: str
    after: str

    def changed(self, text: str) -> str:
        """The file's text with the change."""
        end = self.start + len(self.before)
        assert text[self.start : end] == self.before, f"{self.file} is another one"
        return text[: self.start] + self.after + text[end:]

    def described(self, text: str) -> str:
        """File, line and the change, on one line."""
        line = text.count("\n", 0, self.start) + 1
        begin = text.rfind("\n", 0, self.start) + 1
        end = self.start + len(self.before)
        stop = text.find("\n", end)
        rest = text[end:stop].rstrip()
        old, new = (
            " ".join((text[begin : self.start] + middle + rest).split())
            for middle in (self.before, self.after)
        )
        return f"{self.file}:{line} ({self.operator}): {old} → {new}"


Change = Callable[[re.Match[str]], str]
OPPOSITES = dict(
    pair
    for one, other in (
        ("<=", "<"),
        (">=", ">"),
        ("==", "!="),
        ("and", "or"),
        ("left", "inner"),
        ("first", "last"),
        ("true", "false"),
        ("True", "False"),
        ("min", "max"),
        ("bool_or", "bool_and"),
        ("min_by", "max_by"),
        ("greatest", "least"),
    )
    for pair in ((one, other), (other, one))
)
NESTED = r"[^()\n]*(?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)[^()\n]*)*"


def opposite(found: re.Match[str]) -> str:
    return OPPOSITES[found[0]]


def nothing(found: re.Match[str]) -> str:
    return ""


def inner(found: re.Match[str]) -> str:
    return found[1]


def one_more(found: re.Match[str]) -> str:
    return str(int(found[0]) + 1)


SQL: dict[str, tuple[str, Change]] = {
    "comparison": (r"(?<= )(?:<=|>=|<|>)(?= )", opposite),
    "equal": (r"(?<= )=(?= (?:'|\d))", lambda m: "<>"),
    "condition": (rf"\n +and {NESTED}(?=\n)", nothing),
    "filter": (rf"(?<=where ){NESTED}(?=\n)", lambda m: "true"),
    "and, or": (r"(?<!between)(?<= )(?:and|or)(?= )", opposite),
    "null": (r"\bis (?:not )?null\b", lambda m: "is null" if "not" in m[0] else "is not null"),
    "in": (r"\b(?:not )?in \(", lambda m: "in (" if "not" in m[0] else "not in ("),
    "truth": (r"\b(?:true|false)\b", opposite),
    "default": (r"\b(?:coalesce|nullif)\(([^(),\n]+), [^(),\n]+\)", inner),
    "aggregate": (r"\b(?:min|max|bool_or|bool_and|min_by|max_by|greatest|least)(?=\()", opposite),
    "distinct": (r"\bdistinct ", nothing),
    "join": (r"\b(?:left|inner)(?= join\b)", opposite),
    "tie": (r"(?<=order by )([^\n()]+), [^,\n()]+(?=\)|\n)", inner),
    "nulls": (r"(?<=nulls )(?:first|last)\b", opposite),
    "number": (r"(?<![\w.'(-])\d+(?![\w.'])", one_more),
    "word": (r"(?<=[=>,(] )'[A-Za-z]\w*'|(?<=then )'[A-Za-z]\w*'", lambda m: m[0][:-1] + "x'"),
    "case": (r"\b(?:lower|upper|trim)\(((?:[^()\n]|\([^()\n]*\))+)\)", inner),
    "branch": (rf"\n +when {NESTED} then [^\n]+(?=\n)", nothing),
}
PYTHON: dict[str, tuple[str, Change]] = {
    "comparison": (r"(?<= )(?:<=|>=|<|>|==|!=)(?= )", opposite),
    "and, or": (r"(?<= )(?:and|or)(?= )", opposite),
    "if": (r"(?<=\n)( +)if ([^\n]+):(?=\n)", lambda m: f"{m[1]}if not ({m[2]}):"),
    "none": (r"\bis (?:not )?None\b", lambda m: "is None" if "not" in m[0] else "is not None"),
    "truth": (r"\b(?:True|False)\b", opposite),
    "number": (r"(?<![\w.'\"-])\d+(?![\w.'\"])", one_more),
    "call": (rf"(?<=\n)( +)[\w.]+\({NESTED}\)(?=\n)", lambda m: f"{m[1]}pass"),
}
CONTRACT: dict[str, tuple[str, Change]] = {
    "alias": (r"(?<=aliases: )\[[^\]\n]+\](?!\])", lambda m: shorter(m[0])),
    "required": (r"\brequired: true", lambda m: "required: false"),
    "flag": (r"\b(?:pii|expected): true", lambda m: m[0].replace("true", "false")),
    "native id": (r"\bnative_id: false", lambda m: "native_id: true"),
    "type": (
        r"(?<=data_type: )(?:int|decimal|bool|date|timestamp|json)\b",
        lambda m: {"int": "decimal", "date": "timestamp"}.get(m[0], "text"),
    ),
    "newest": (r"(?<=newest_by: )\[[^\n]+\]", lambda m: shorter(m[0])),
    "key": (r"(?<=primary_key: )\[[^\n]+, [^\n]+\]", lambda m: shorter(m[0])),
    "place": (r"(?:also_in|inside): \[[^\n]+?\w(?=\]?\])", lambda m: m[0] + "x"),
    "reference": (r"(?:references|mapped_by): \w+", lambda m: m[0] + "x"),
    "list": (r"(?<=column: )\w+(?=, parent)", lambda m: m[0] + "x"),
    "setting": (r"(?<=epoch: )milliseconds|(?<=time_zone: )\w+", lambda m: "none"),
}
SEED: dict[str, tuple[str, Change]] = {
    "type": (
        r"(?<=\n        )\w+: (?:date|boolean|bigint|integer|double|decimal\([^\n]+\))(?=\n)",
        lambda m: m[0].split(":")[0] + ": string",
    ),
    "digits": (r"(?<=: decimal\()\d+, \d+", lambda m: "12, 2"),
}
ROWS: dict[str, tuple[str, Change]] = {
    "row": (r"(?<=\n)[^\n]+\n", nothing),
    "cell": (r"(?<=\n)([^,\n]+)(?=,)", lambda m: m[0] + "x"),
}


def shorter(items: str) -> str:
    """A list of YAML without its last item."""
    return f"[{', '.join(items[1:-1].split(', ')[:-1])}]"


def operators_of(path: Path) -> dict[str, tuple[str, Change]]:
    """A change in a file."""
    if path.suffix == ".yml":
        return SEED if path.name.endswith("seeds.yml") else CONTRACT
    return {".sql": SQL, ".py": PYTHON, ".csv": ROWS}[path.suffix]


def visible(path: Path, text: str) -> str:
    """The text with comments, and what belongs to Spark alone, as blanks of the same length."""

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", found[0])

    if path.suffix == ".py":
        lines = text.split("\n")
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                and ast.get_docstring(node) is not None
            ):
                for number in range(node.body[0].lineno - 1, node.body[0].end_lineno or 0):
                    lines[number] = " " * len(lines[number])
        return re.sub(r"#[^\n\"']*$", blank, "\n".join(lines), flags=re.M)
    if path.suffix == ".sql":
        text = re.sub(r"\{#.*?#\}|--[^\n]*|decimal\(\d+, \d+\)", blank, text, flags=re.S)
        return re.sub(r"\{% macro spark__.*?\{%-? endmacro -?%\}", blank, text, flags=re.S)
    return re.sub(r"(?<=description: )[^\n]*|#[^\n]*", blank, text)


def places(kind: str, root: Path) -> Iterator[Mutant]:
    """Every change of a kind."""
    for pattern in KINDS[kind]:
        for path in sorted(root.glob(pattern)):
            text = path.read_text(encoding="utf-8")
            seen = visible(path, text)
            for operator, (regex, change) in operators_of(path).items():
                for found in re.finditer(regex, seen):
                    after = change(found)
                    # Half a statement of Jinja is no rule.
                    if after != found[0] and "{%" not in found[0]:
                        before = text[found.start() : found.end()]
                        file = str(path.relative_to(root))
                        yield Mutant(kind, file, operator, found.start(), before, after)


def sample(kind: str, root: Path, seed: int, count: int) -> list[Mutant]:
    """So many changes of a kind, the same for the same seed and files."""
    draw = random.Random(f"{seed} {kind}")
    pool: dict[str, list[Mutant]] = {}
    for mutant in places(kind, root):
        pool.setdefault(mutant.operator, []).append(mutant)
    chosen: list[Mutant] = []
    while pool and len(chosen) < count:
        taken = {mutant.file for mutant in chosen}
        fresh = {name: [m for m in all_ if m.file not in taken] for name, all_ in pool.items()}
        fresh = {name: all_ for name, all_ in fresh.items() if all_} or pool
        operator = draw.choice(sorted(fresh))
        mutant = draw.choice(fresh[operator])
        pool[operator].remove(mutant)
        if not pool[operator]:
            del pool[operator]
        chosen.append(mutant)
    return chosen
