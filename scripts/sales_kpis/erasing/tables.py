"""Which raw tables hold records of people, and what of a row tells who somebody is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sales_kpis.erasing.person import Person
from sales_kpis.sources import SourceTable

_TOMBSTONE = "erased@erased.invalid"
# Values that were erased before.
_ERASED = re.compile(r"erased(-[0-9a-f]+)?@erased[.]invalid|Erased|(Erased )?[0-9a-f]{8}")


@dataclass(frozen=True)
class PeopleTable:
    """A raw table with a row for each lead or contact.

    Attributes:
        folder: the folder of landing files that has it.
        name: its raw name.
        key: the raw column of the id.
        keys: the ids of the person's records in it, or their pseudonyms.
        personal: raw columns, or paths into one (`properties.email`), and the contract's columns.
        read: the raw columns that the contract reads.
    """

    folder: str
    name: str
    key: str
    keys: frozenset[str]
    personal: Mapping[str, str]
    read: frozenset[str]

    @property
    def columns(self) -> frozenset[str]:
        """The raw columns that a file of this table has for certain, in lower case."""
        return frozenset(
            name.partition(".")[0].lower() if "." in name else name.lower()
            for name in (self.key, *self.personal)
        )


def people_tables(
    tables: Sequence[SourceTable],
    personal: Mapping[tuple[str, str], frozenset[str]],
    instances: Mapping[str, Mapping[str, str]],
    person: Person,
) -> list[PeopleTable]:
    """The raw tables of people: those with several personal columns.

    Args:
        tables: what the systems deliver.
        personal: the columns that the contract tags `pii`, by system and table.
        instances: the setting `system_instances`.
        person: who is looked for.
    """
    found = []
    for table in tables:
        system, _, instance = table.system.partition(".")
        columns = personal.get((system, table.table), frozenset())
        if not table.found_as or len(columns) < 2 or table.table in ("user", "owner", "rep"):
            continue
        names = {column.name: column.found_as for column in table.columns if column.found_as}
        has_leads = any(one.table == "lead" and one.system == table.system for one in tables)
        record_type = "lead" if table.table == "lead" else "person" if has_leads else None
        keys = person.keys(system, record_type)
        schema = (instances.get(system) or {}).get(instance, f"raw_{system}")
        if instance:
            prefix = f"{instance}."
            keys = frozenset(key.removeprefix(prefix) for key in keys if key.startswith(prefix))
        id_column = next(iter(names.values()))
        found += [
            PeopleTable(
                folder=schema.removeprefix("raw_"),
                name=raw_name,
                key=id_column,
                keys=keys,
                personal={names[column]: column for column in sorted(columns & names.keys())},
                read=frozenset(names.values()),
            )
            for raw_name in table.found_as.split(", ")
        ]
    return found


class RowEraser:
    """Says what becomes of the values of a raw row.

    Args:
        person: who is erased.
        table: the table of people that the row is in; None in any other table.
    """

    def __init__(self, person: Person, table: PeopleTable | None) -> None:
        self._person = person
        self._table = table
        self._kinds = {
            name.lower(): _kind(column)
            for name, column in (table.personal if table else {}).items()
        }
        self._read = " ".join(sorted(table.read)).lower() if table else ""

    def changes(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The columns whose values change, and their new values."""
        is_own = self._table is not None and self._is_own(row)
        changed = {name: self._changed(name, value, is_own) for name, value in row.items()}
        return {name: value for name, value in changed.items() if value != row[name]}

    def _is_own(self, row: Mapping[str, Any]) -> bool:
        """Whether the row is a record of the person: by its id, or by an address."""
        assert self._table is not None
        plain = {name.lower(): value for name, value in row.items()}
        native_id = str(_at(plain, self._table.key.lower()) or "").strip()
        if native_id and not self._table.keys.isdisjoint(
            (native_id, self._person.pseudonym(native_id))
        ):
            return True
        values = (_at(plain, name) for name, kind in self._kinds.items() if kind == "email")
        return any(str(value or "").strip().lower() in self._person.addresses for value in values)

    def _changed(self, name: str, value: Any, is_own: bool) -> Any:
        plain = name.lower()
        if is_own:
            paths = {
                path.partition(".")[2]: kind
                for path, kind in self._kinds.items()
                if path.startswith(f"{plain}.")
            }
            if plain in self._kinds:
                return self._erased(self._kinds[plain], value)
            if paths:
                return self._nested(paths, value)
            if plain not in self._read and not plain.startswith("_"):
                return "" if isinstance(value, str) else None
        elif self._table is None and str(value).strip().lower() in self._person.names:
            return self._person.full_name
        return self._without_addresses(value)

    def _nested(self, paths: Mapping[str, str], value: Any) -> Any:
        """A value with fields, or JSON text of it, with those of the paths erased."""
        if isinstance(value, str):
            try:
                content = json.loads(value)
            except ValueError:
                return self._without_addresses(value)
            return json.dumps(self._nested(paths, content), ensure_ascii=False)
        if isinstance(value, dict):
            value = {
                key: self._erased(paths[key.lower()], field) if key.lower() in paths else field
                for key, field in value.items()
            }
        return self._without_addresses(value)

    def _without_addresses(self, value: Any) -> Any:
        """The same with a tombstone in the place of each address, at whatever depth."""
        if isinstance(value, str):
            return self._person.sought.replaced(value)
        if isinstance(value, list):
            return [self._without_addresses(one) for one in value]
        if isinstance(value, dict):
            return {key: self._without_addresses(one) for key, one in value.items()}
        return value

    def _erased(self, kind: str, value: Any) -> Any:
        """The value in the place of a personal value: of the same kind, so that counts stay."""
        text = "" if value is None else str(value)
        if not text.strip() or _ERASED.fullmatch(text.strip()):
            return value
        if kind == "email":
            replaced = self._person.sought.replaced(text)
            return replaced if replaced != text else _TOMBSTONE
        if kind == "phone":
            return re.sub(r"\d", "0", text) if re.search(r"\d", text) else ""
        return {"first": "Erased", "last": self._person.last_name}.get(kind, self._person.full_name)


def _kind(column: str) -> str:
    """The kind of value in a personal column: email, phone, first, last or name."""
    kinds = ("mail", "email"), ("phone", "phone"), ("first", "first"), ("last", "last")
    return next((kind for part, kind in kinds if part in column.lower()), "name")


def _at(row: Mapping[str, Any], path: str) -> Any:
    """The value of a column, or of a field in one, also where the column is JSON text."""
    if path in row or "." not in path:
        return row.get(path)
    holder, _, field = path.partition(".")
    value = row.get(holder)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    plain = {key.lower(): one for key, one in value.items()} if isinstance(value, dict) else {}
    return plain.get(field)
