"""Words in SQL that may not stand where they stand, and models that are too long."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from guards.findings import Finding
from guards.project import Project
from guards.sql_text import line_at, only_names, sql_files, without_comments

LONG_MODEL = 80  # Lines; a longer one may do two things.

_ENGINE_FOLDER = "macros/engine/"

# The same raw data and the same as_of_date give the same marts, so nothing reads the clock.
_CLOCK = re.compile(
    r"\bcurrent_(?:date|time|timestamp|localtime|localtimestamp)\b|\blocaltime(?:stamp)?\b|\bgetdate\s*\("
    r"|\bget_current_time(?:stamp)?\s*\(|\bnow\s*\(|\btoday\s*\(|\bsysdate\b|\bsystimestamp\b"
    r"|\btransaction_timestamp\s*\(|\bunix_timestamp\s*\(\s*\)|\brun_started_at\b|\butcnow\s*\(",
    re.IGNORECASE,
)


class _EngineWord(NamedTuple):
    """A construct that DuckDB and Spark do not share."""

    pattern: str
    name: str
    instead: str


_MACRO = "call a macro of macros/engine/, or write one with a golden test"

_ENGINE_WORDS = (
    _EngineWord(r"\*\s*exclude\b", "* exclude", "list the columns"),
    _EngineWord(r"\*\s*except\b", "* except", "list the columns"),
    _EngineWord(r"\*\s*replace\s*\(", "* replace", "list the columns"),
    _EngineWord(r"->>", "->>", _MACRO),
    _EngineWord(
        r"\barg_(?:max|min)(?:_null)?\s*\(", "arg_max", "use max_by, min_by or qualify row_number()"
    ),
    _EngineWord(r"\basof\s+(?:left\s+)?join\b", "asof join", "join on the validity period"),
    _EngineWord(r"\bdistinct\s+on\s*\(", "distinct on", "use qualify row_number()"),
    _EngineWord(
        r"\b(?:strptime|try_strptime|strftime|epoch_ms|make_date|isodow)\s*\(",
        "a DuckDB date function",
        _MACRO,
    ),
    _EngineWord(
        r"(?<!dbt\.)\bdate_trunc\s*\(", "date_trunc", "use dbt.date_trunc and cast it to date"
    ),
    _EngineWord(r"(?<!dbt\.)\b(?:date_?diff|date_?add|date_?sub)\s*\(", "date arithmetic", _MACRO),
    _EngineWord(
        r"\blist_\w+\s*\(|\blist\s*\(|\bstruct_pack\s*\(",
        "a DuckDB list or struct function",
        _MACRO,
    ),
    _EngineWord(
        r"\b(?:unnest|explode|posexplode|sequence|generate_series)\s*\(",
        "a row-making function",
        _MACRO,
    ),
    _EngineWord(r"\b(?:json_\w+|get_json_object)\s*\(", "a JSON function", _MACRO),
    _EngineWord(r"\bread_(?:csv|parquet|json)\w*\s*\(", "reading a file", _MACRO),
    _EngineWord(
        r"\b(?:regexp_matches|rlike|string_agg|group_concat|string_split)\b",
        "a text function",
        _MACRO,
    ),
    _EngineWord(
        r"\bas\s+(?:text|varchar|timestamptz|hugeint)\s*\)",
        "a type that Spark lacks",
        "use dbt.type_string()",
    ),
    _EngineWord(r"\btarget\.type\b", "target.type", "dispatch a macro of macros/engine/"),
)

_NAMELESS_CTE = re.compile(
    r"(?:\bwith\b|,)\s*(?P<name>final\w*|joined\w*|cte_?\w*|te?mp\w*|results?|subquery\w*|step_?\d+|t\d+|[a-z])\s+as\s*\(",
    re.IGNORECASE,
)


def no_clock(project: Project) -> Iterator[Finding]:
    """No model and no macro reads the clock; comments may speak of it."""
    for file, sql in sql_files(project.root, ("models", "macros", "snapshots")):
        for word in _CLOCK.finditer(text := without_comments(sql)):
            yield _at(
                file,
                line_at(text, word.start()),
                "no-clock",
                f"`{word[0].rstrip('( ')}` reads the clock",
                "use the as-of date, var('as_of_date')",
            )


def engine_words(project: Project) -> Iterator[Finding]:
    """Words that DuckDB and Spark do not share stand in macros/engine/ only."""
    for file, sql in sql_files(
        project.root,
        ("models", "macros", "snapshots", "analyses", "tests/singular", "tests/generic"),
    ):
        if file.startswith(_ENGINE_FOLDER):
            continue
        text = without_comments(sql)
        for pattern, name, instead in _ENGINE_WORDS:
            for word in re.finditer(pattern, text, re.IGNORECASE):
                found = " ".join(word[0].split()).rstrip("( ")
                problem = f"`{found}` ({name}) is not the same on DuckDB and Spark"
                yield _at(file, line_at(text, word.start()), "engine-words", problem, instead)


def cte_names(project: Project) -> Iterator[Finding]:
    """A step is named for what it does, never `final`, `joined2` or `cte_1`."""
    for file, sql in sql_files(project.root, ("models", "snapshots", "tests/singular")):
        for cte in _NAMELESS_CTE.finditer(text := only_names(sql)):
            problem = f"the name of step `{cte['name']}` does not say what it does"
            yield _at(
                file, line_at(text, cte.start("name")), "cte-names", problem, "name it for its rows"
            )


def long_models(project: Project) -> dict[str, int]:
    """The models longer than 80 lines with their lengths, the longest first; no finding."""
    lengths = {file: len(sql.splitlines()) for file, sql in sql_files(project.root, ("models",))}
    long = {PurePosixPath(file).stem: n for file, n in lengths.items() if n > LONG_MODEL}
    return dict(sorted(long.items(), key=lambda item: -item[1]))


def _at(file: str, line: int, rule: str, problem: str, advice: str) -> Finding:
    return Finding(file, line, rule, problem, advice, PurePosixPath(file).stem)
