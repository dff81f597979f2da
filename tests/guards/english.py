"""English that reads at once: the subject first, and a record is "it" or "they".

Comments, docstrings, YAML descriptions and pages are read; a question may begin as it likes.
"""

import ast
import re
import textwrap
import tokenize
from collections.abc import Iterator
from io import StringIO
from typing import Any, NamedTuple

import yaml

from guards.findings import Finding
from guards.project import Project
from guards.sql_text import line_at
from guards.tracked_files import tracked_files

_RULE = "english"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CLAUSE_AS_SUBJECT = re.compile(r"(?:^|(?<=[.:!?] ))(?P<word>Who|Whom|What|Of) [^.?!]*(?P<end>.?)")
_PERSON = re.compile(r"\b(?:he|him|his|himself|she|her|hers|herself)\b", re.IGNORECASE)
# Most files have none of these words; the others are taken apart.
_ANY_WORD = re.compile(r"\b(?:Who|Whom|What|Of|(?i:he|him|his|himself|she|her|hers|herself))\b")
_LINE_COMMENTS = {
    ".sql": re.compile(r"(?:^[ ]*--(?P<line>[^\n]*)\n?)+", re.MULTILINE),
    ".yml": re.compile(r"(?:^[ ]*#(?P<line>[^\n]*)\n?)+", re.MULTILINE),
}
_JINJA_COMMENT = re.compile(r"\{#-?(.*?)-?#\}", re.DOTALL)
# Headings, tables, code and pictures are no sentences.
_NO_PROSE = re.compile(r"^(?:#|\||```|!\[|<)")
# Not read: other people's words, data, and the projects that tests of the guards break on purpose.
_NOT_READ = ("vendor/", "data/", "seeds/", "tests/fixtures/", "tests/python/fixtures/")


class _Text(NamedTuple):
    """A text of a file, on one line, and the line at which it begins."""

    line: int
    words: str


def subject_first(project: Project) -> Iterator[Finding]:
    """No sentence begins with a clause for its subject, and no record is a man or a woman."""
    for file in tracked_files(project.root):
        path = project.root / file
        if file.startswith(_NOT_READ) or path.suffix not in _READERS or not path.is_file():
            continue
        content = path.read_text(encoding="utf-8")
        if not _ANY_WORD.search(content):
            continue
        for text in _READERS[path.suffix](content):
            yield from _faults(file, text)


def _faults(file: str, text: _Text) -> Iterator[Finding]:
    for found in _CLAUSE_AS_SUBJECT.finditer(text.words):
        if found["end"] != "?":
            problem = f"a sentence begins with {found['word']}, `{found[0][:60]}`"
            advice = "begin with its subject (`A customer that …`, `The record's values …`)"
            yield Finding(file, text.line, _RULE, problem, advice, file)
    for found in _PERSON.finditer(text.words):
        around = text.words[max(0, found.start() - 30) : found.end() + 20]
        problem = f"`{found[0]}` in `{around}`"
        yield Finding(file, text.line, _RULE, problem, "a record is it or they", file)


def _of_sql(content: str) -> Iterator[_Text]:
    yield from _line_comments(content, ".sql", "--")
    for comment in _JINJA_COMMENT.finditer(content):
        for part in re.split(r"\n\s*\n", comment[1]):
            yield _Text(line_at(content, comment.start()), " ".join(part.split()))


def _of_yaml(content: str) -> Iterator[_Text]:
    yield from _line_comments(content, ".yml", "#")
    try:
        waiting = [yaml.compose(content, _LOADER)]
    except yaml.YAMLError:
        return  # The guard strict_yaml tells of such a file.
    while waiting:
        match waiting.pop():
            case yaml.MappingNode(value=pairs):
                for key, value in pairs:
                    if key.value == "description" and isinstance(value, yaml.ScalarNode):
                        words = " ".join(str(value.value).split())
                        yield _Text(key.start_mark.line + 1, words)
                    waiting.append(value)
            case yaml.SequenceNode(value=items):
                waiting += items


def _line_comments(content: str, kind: str, mark: str) -> Iterator[_Text]:
    for block in _LINE_COMMENTS[kind].finditer(content):
        lines = [line.strip().removeprefix(mark) for line in block[0].splitlines()]
        yield _Text(line_at(content, block.start()), " ".join(" ".join(lines).split()))


def _of_python(content: str) -> Iterator[_Text]:
    comments: list[tuple[int, str]] = []
    for token in tokenize.generate_tokens(StringIO(content).readline):
        if token.type == tokenize.COMMENT:
            comments.append((token.start[0], token.string.removeprefix("#").strip()))
    for number, (line, words) in enumerate(comments):
        if number and comments[number - 1][0] == line - 1:
            continue
        block = [words]
        for later, more in comments[number + 1 :]:
            if later != line + len(block):
                break
            block.append(more)
        yield _Text(line, " ".join(block))
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node)
            line = node.body[0].lineno if docstring else 0
            for part in re.split(r"\n\s*\n", docstring or ""):
                yield _Text(line, " ".join(part.split()))


def _of_markdown(content: str) -> Iterator[_Text]:
    without_code = re.sub(
        r"^```.*?^```",
        lambda code: "\n" * code[0].count("\n"),
        content,
        flags=re.MULTILINE | re.DOTALL,
    )
    for paragraph in re.finditer(r"(?:^[^\n]+\n?)+", without_code, re.MULTILINE):
        for item in re.split(r"\n(?=\s*[*\d|])", paragraph[0]):
            if not _NO_PROSE.match(item):
                words = re.sub(r"^\s*(?:\*|\d+\.) ", "", textwrap.dedent(item)).replace("**", "")
                yield _Text(line_at(content, paragraph.start()), " ".join(words.split()))


_READERS = {
    ".sql": _of_sql,
    ".yml": _of_yaml,
    ".py": _of_python,
    ".md": _of_markdown,
}
