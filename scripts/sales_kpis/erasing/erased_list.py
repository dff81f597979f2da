"""The list of who was erased, as digests, so that nobody returns with a later delivery."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sales_kpis import files
from sales_kpis.erasing.search import files_below, values_with
from sales_kpis.errors import SourcesBroken
from sales_kpis.formats import plural
from sales_kpis.landing_files import FORMATS
from sales_kpis.project import Project
from sales_kpis.settings import Settings

_ADDRESS = re.compile(r"[^\s@\"',;:<>()\[\]|\\]+@[\w-]+(?:\.[\w-]+)+")
# An address in a link begins behind one of these.
_SEPARATORS = re.compile(r"[/?&=#]|%[0-9a-f]{2}", re.IGNORECASE)


def file_of(project: Project) -> Path:
    """The list; it stands beside the record of runs."""
    return project.build_folder / "erased.json"


def add(project: Project, addresses: Iterable[str]) -> None:
    """Put addresses on the list; only their owner may read the file, which holds no address."""
    said = files.read_json(file_of(project)) or {"salt": secrets.token_hex(32), "digests": []}
    digests = {_digest(said["salt"], address) for address in addresses}
    files.make_folder(project.build_folder)
    said["digests"] = sorted(digests.union(said["digests"]))
    files.write_json(file_of(project), said, mode=0o600)


def has(project: Project, address: str) -> bool:
    """Whether an address is on the list."""
    said = files.read_json(file_of(project))
    return said is not None and _digest(said["salt"], address) in said["digests"]


def require_none_returned(project: Project, settings: Settings) -> None:
    """Stop where a raw file or table has the address of somebody who was erased.

    Raises:
        SourcesBroken: with the places.
    """
    said = files.read_json(file_of(project))
    if not said or not said["digests"]:
        return
    erased = frozenset(said["digests"])
    places: dict[str, None] = {}
    for place, text in _raw_texts(project, settings):
        if any(_digest(said["salt"], address) in erased for address in _addresses(text)):
            places[place] = None
    if places:
        raise SourcesBroken(
            f"{plural(len(places), 'place')} of the raw tables brings back a person who was erased;"
            " nothing was built.",
            "Erase the person again (kpis erase --email ADDRESS), and have the source forget them.",
            details=tuple(places),
        )


def _raw_texts(project: Project, settings: Settings) -> Iterator[tuple[str, str]]:
    """Places in the raw files, or the tables of a warehouse, and texts that may hold addresses."""
    if settings.raw_path is None:
        if project.reads_warehouse and project.warehouse.exists():
            yield from values_with(project.warehouse, ("@", "%40"))
        return
    for path in files_below([settings.raw_path]):
        extension = path.suffix.lower().removeprefix(".")
        if extension == "parquet":
            for column, value in values_with(path, ("@", "%40")):
                yield f"{path}: {column}", value
        elif extension in FORMATS:
            with path.open(encoding="utf-8", errors="replace") as stream:
                for number, line in enumerate(stream, start=1):
                    if "@" in line or "%40" in line or "\\u0040" in line:
                        yield f"{path}: line {number}", line


def _addresses(text: str) -> Iterator[str]:
    """All that may be an address in a text, in lower case."""
    plain = text.lower().replace("%40", "@").replace("\\u0040", "@")
    for found in _ADDRESS.finditer(plain):
        local, _, domain = found[0].rpartition("@")
        starts: Sequence[int] = [0, *(part.end() for part in _SEPARATORS.finditer(local))]
        yield from (f"{local[start:]}@{domain}" for start in starts)


def _digest(salt: str, address: str) -> str:
    return hmac.new(bytes.fromhex(salt), address.encode(), hashlib.sha256).hexdigest()
