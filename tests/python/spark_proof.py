"""The last proof that DuckDB and Spark build the same tables: `tests/python/spark/proven.json`.

A run of all parity tests that passed has written it, with the hash of what it was run on (see
`spark_content`). As long as the project has that hash, the tables would be the same ones again.

`python tests/python/spark_proof.py` says whether it has; exit code 1: something has changed since.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from builds import PROJECT
from spark_content import Content, content_of

PROVEN = Path("tests", "python", "spark", "proven.json")
SHOWN_DIGITS = 12


@dataclass(frozen=True)
class Compared:
    """How much of one company was compared.

    Attributes:
        tables: seeds, models of staging and intermediate, and marts.
        marts: those of the tables that are marts.
        rows: the rows of all the tables.
        rows_of_marts: those of the marts.
    """

    tables: int
    marts: int
    rows: int
    rows_of_marts: int


@dataclass(frozen=True)
class Proof:
    """A proof of equality on both engines: of which content, with which versions.

    Attributes:
        companies: what was compared of each company that was built.
        versions: of the packages that can change a table.
    """

    content: Content
    companies: Mapping[str, Compared]
    versions: Mapping[str, str]

    @property
    def marts(self) -> int:
        """The marts of the company that has the most of them."""
        return max(compared.marts for compared in self.companies.values())

    @property
    def rows(self) -> int:
        """The rows of all companies."""
        return sum(compared.rows for compared in self.companies.values())

    def __str__(self) -> str:
        return f"{shown(self.content)}, proven ({self.marts} marts, {self.rows:,} rows)"


def shown(content: Content) -> str:
    """The hash, as long as a reader needs it."""
    return content.hash[:SHOWN_DIGITS]


def read_proof(file: Path = PROJECT / PROVEN) -> Proof | None:
    """The proof of a file, or None where there is none.

    Raises:
        ValueError: the file is not as `write_proof` writes it.
    """
    if not file.exists():
        return None
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
        content = Content(read["parts"])
        proof = Proof(
            content,
            {name: Compared(**counts) for name, counts in read["companies"].items()},
            read["versions"],
        )
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"{file} is no proof: make parity-spark writes it anew.") from error
    if read["hash"] != content.hash:
        raise ValueError(f"{file} has a hash that is not that of its parts: it was edited.")
    return proof


def write_proof(proof: Proof, file: Path = PROJECT / PROVEN) -> None:
    """Only after all parity tests have passed on the proof's content."""
    written = {
        "hash": proof.content.hash,
        "companies": {name: asdict(compared) for name, compared in proof.companies.items()},
        "parts": dict(proof.content.parts),
        "versions": dict(proof.versions),
    }
    file.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


def unlocked_versions(locked: Mapping[str, str]) -> list[str]:
    """One sentence for each package that is not installed in its locked version."""
    sentences = []
    for name, wanted in locked.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "missing"
        if found != wanted:
            sentences.append(f"{name} is {found}, and {wanted} in the lock")
    return sentences


@dataclass
class Run:
    """A run of the parity tests, which becomes a proof if nothing is missing at its end.

    Attributes:
        content: what the run began with.
        versions: the locked versions, with which it has to be run.
        required: the tests that there are.
        passed: those that have passed.
        companies: what has been compared.
    """

    content: Content
    versions: Mapping[str, str]
    required: Collection[str]
    passed: set[str] = field(default_factory=set)
    companies: dict[str, Compared] = field(default_factory=dict)

    def missing(self, content_at_end: Content) -> str:
        """Why the run proves nothing; empty when it does."""
        if tests := sorted(set(self.required) - self.passed):
            return f"{len(tests)} tests have not passed, such as {tests[0]}"
        if not self.companies:
            return "nothing was compared"
        if changed := self.content.changed_parts(content_at_end):
            return f"{', '.join(changed)} changed during the run"
        return "; ".join(unlocked_versions(self.versions))

    @property
    def proof(self) -> Proof:
        """The proof that it is, if nothing is missing."""
        return Proof(self.content, self.companies, self.versions)


def main() -> int:
    """Print whether the project is the proven one; returns the exit code."""
    content = content_of()
    proof = read_proof()
    if proof is None:
        print("Spark: nothing is proven yet; the parity builds run.")
        return 1
    if changed := content.changed_parts(proof.content):
        print(
            f"Spark: {shown(content)} is not proven: {', '.join(changed)} changed since"
            f" {shown(proof.content)}; the parity builds run."
        )
        return 1
    print(f"Spark: unchanged since {proof}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
