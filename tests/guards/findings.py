"""A finding: one place where a rule of the project is broken."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One offender, printed as one line.

    Attributes:
        file: path from the project's root, with `/`.
        line: line in that file, from 1.
        rule: short name of the rule.
        problem: what is wrong.
        advice: what to do about it.
        about: name of the model, seed, test or file that offends; exceptions are made by it.
    """

    file: str
    line: int
    rule: str
    problem: str
    advice: str
    about: str = ""

    def __str__(self) -> str:
        """`file:line rule: problem; advice`, on one line whatever the parts hold."""
        text = f"{self.file}:{self.line} {self.rule}: {self.problem}; {self.advice}"
        return " ".join(text.split())
