"""The seeds of a company: its own, or those of the project without what is the demo's."""

from __future__ import annotations

from pathlib import Path

from sales_kpis.errors import WrongUse, nearest
from sales_kpis.files import write_text

# Plans, products and competitors are a company's own; the rest are words that many share.
_OF_THE_DEMO = ("planning/*.csv", "mapping/products.csv", "mapping/competitors.csv")


def write_neutral_seeds(project_seeds: Path, folder: Path) -> list[str]:
    """The project's seeds, of those that are the demo's their headers only; what is there stays.

    Returns:
        The names of those that were not there, such as `planning/quotas.csv`.
    """
    written = []
    of_the_demo = {path for pattern in _OF_THE_DEMO for path in project_seeds.glob(pattern)}
    for seed in sorted(project_seeds.rglob("*.csv")):
        target = folder / seed.relative_to(project_seeds)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            text = seed.read_text(encoding="utf-8")
            write_text(target, _header_of(text) if seed in of_the_demo else text)
            written.append(seed.relative_to(project_seeds).as_posix())
    return written


def require_known_names(seeds: Path, project_seeds: Path) -> None:
    """Stop where a file is called nearly as a seed that the folder lacks: its rows would not count.

    Raises:
        WrongUse: there is one; the seed that was meant is told.
    """
    known = {seed.relative_to(project_seeds).as_posix() for seed in project_seeds.rglob("*.csv")}
    there = {seed.relative_to(seeds).as_posix() for seed in seeds.rglob("*.csv")}
    for name in sorted(there - known):
        by_stem = {Path(lacking).stem: lacking for lacking in sorted(known - there)}
        meant = [by_stem[stem] for stem in nearest(Path(name).stem, by_stem)]
        if meant:
            raise WrongUse(
                f"{seeds / name} is no seed of the project.", f"Did you mean {' or '.join(meant)}?"
            )


def require_own_plans(seeds: Path, project_seeds: Path) -> None:
    """Stop where seeds are the demo's own, by which another company would be measured.

    Raises:
        WrongUse: a planning seed has the rows of the demo.
    """
    for seed in sorted(project_seeds.glob("planning/*.csv")):
        copied = seeds / seed.relative_to(project_seeds)
        text = seed.read_text(encoding="utf-8")
        has_rows = text != _header_of(text)
        if has_rows and copied.is_file() and copied.read_text(encoding="utf-8") == text:
            raise WrongUse(
                f"{copied} has the rows of the demo company.",
                "Replace them with rows of yours, or leave its header alone.",
            )


def _header_of(text: str) -> str:
    """The first line of a CSV file."""
    return text.splitlines()[0] + "\n"
