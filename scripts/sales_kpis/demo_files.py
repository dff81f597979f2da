"""Whether raw files are those of a demo company: known by their content, not by a name or a flag.

Nobody in them exists, so their pseudonyms need no secret. The digests of the demo's own files stand
beside this module, in demo_files.sha256. Another company of `kpis demo-data` says in demo.json
beside its folder `raw` how it was made, and is made again to see whether that is true.
"""

from __future__ import annotations

import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sales_kpis import files
from sales_kpis.errors import WrongUse

if TYPE_CHECKING:
    from proof.demo_company import DemoKind

PROJECT = Path(__file__).resolve().parents[2]
KNOWN = Path(__file__).parent / "demo_files.sha256"
CLAIM = "demo.json"


def is_demo(raw_path: Path) -> bool:
    """Whether every file below the folder is one of a demo company's, and there is one.

    Args:
        raw_path: folder of landing files; a part of a company's files will do.
    """
    found = digests(raw_path)
    return bool(found) and (found <= _known() or found <= _made_again(raw_path.parent / CLAIM))


def digests(folder: Path) -> frozenset[str]:
    """The SHA-256 of each file below the folder; none of a folder that is not there."""
    return frozenset(files.sha256(path) for path in files.walk(folder))


@cache
def _known() -> frozenset[str]:
    return frozenset(KNOWN.read_text(encoding="utf-8").split())


def find_proof() -> None:
    """Let `proof` be imported, the simulator and its answers, which only `kpis demo-data` needs.

    Raises:
        WrongUse: the command is installed without the project around it.
    """
    if not (PROJECT / "proof" / "__init__.py").is_file():
        raise WrongUse(
            "Demo companies are made by proof/, which is not installed with the command.",
            "Use the kpis of a clone of the project.",
        )
    if str(PROJECT) not in sys.path:
        sys.path.insert(0, str(PROJECT))


def _made_again(claim: Path) -> frozenset[str]:
    """The files of the company that demo.json speaks of; none where it makes no sense."""
    said = files.read_json(claim)
    if not said:
        return frozenset()
    find_proof()
    from proof.connectors.files import SPELLINGS, write_raw
    from proof.demo_company import simulate_demo

    seed, scale, spelling = (said.get(name) for name in ("seed", "scale", "spelling"))
    is_whole = isinstance(seed, int) and isinstance(scale, int | float) and spelling in SPELLINGS
    if not is_whole or int(seed or 0) < 0 or float(scale or 0) < 0.01:
        return frozenset()
    kind: DemoKind = "believable" if said.get("company") == "believable" else "edge-cases"
    company = simulate_demo(kind, int(seed or 0), float(scale or 0))
    with tempfile.TemporaryDirectory() as folder:
        write_raw(company, Path(folder), spelling or "fivetran")
        return digests(Path(folder))
