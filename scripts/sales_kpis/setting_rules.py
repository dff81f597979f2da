"""The rules of settings, out of the one list that a plain `dbt build` checks by, too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from sales_kpis.errors import WrongUse

# A macro, because dbt reads no other file of a project when it starts a run.
FILE = Path("macros", "settings", "setting_rules.sql")
_LIST = re.compile(r"\{%- set rules -%\}\n(.*?)\{%- endset -%\}", re.DOTALL)


@dataclass(frozen=True)
class Rule:
    """The rules of some settings.

    Attributes:
        names: the settings that it is for.
        kind: how it is checked; the file says which there are.
        next_step: what to do about a wrong value.
        content: all of the rule, with its bounds and sentences.
    """

    names: tuple[str, ...]
    kind: str
    next_step: str
    content: Mapping[str, Any]

    def faults(self, name: str, value: Any, systems: Sequence[str]) -> list[str]:
        """A sentence for each fault of a value of the setting `name`; none if it is right.

        Args:
            systems: the systems in use.
        """
        if self.kind == "event_lists":
            return list(self._faults_of_event_lists(name, value))
        if self.kind == "names":
            return list(self._faults_of_names(name, value))
        if self.kind == "instances":
            return list(self._faults_of_instances(name, value, systems))
        if self.kind == "links":
            return list(self._faults_of_links(name, value, systems))
        return [] if self._allows(value) else [self._says("says", name, value)]

    def _allows(self, value: Any) -> bool:
        rule, text = self.content, str(value)
        match self.kind:
            case "day":
                return _is_day(text)
            case "zone":
                return _is_zone(text)
            case "matches":
                return re.fullmatch(rule["pattern"], text) is not None
            case "whole":
                is_whole = re.fullmatch(r"-?[0-9]+", text) is not None
                return is_whole and _is_between(int(text), rule)
            case "number":
                is_number = re.fullmatch(r"-?[0-9]*[.]?[0-9]+(e-?[0-9]+)?", text) is not None
                return is_number and _is_between(float(text), rule)
            case "word":
                return value in rule["words"]
        raise ValueError(f"{FILE} has a rule of the unknown kind {self.kind}")

    def _faults_of_event_lists(self, name: str, value: Mapping[str, Any]) -> Iterator[str]:
        known: list[str] = []
        for word, events in value.items():
            if word not in self.content["words"]:
                yield self._says("says", name, word)
            if not isinstance(events, list):
                yield self._says("says_of_no_list", name, events, word=word)
                continue
            for event in events:
                if event in known:
                    yield self._says("says_of_two", name, event)
                known.append(event)

    def _faults_of_names(self, name: str, value: Any) -> Iterator[str]:
        for each in value if isinstance(value, list) else [value]:
            if not (isinstance(value, list) and re.fullmatch(self.content["pattern"], str(each))):
                yield self._says("says", name, each)

    def _faults_of_instances(
        self, name: str, value: Mapping[str, Any] | None, systems: Sequence[str]
    ) -> Iterator[str]:
        for system, instances in (value or {}).items():
            if system not in systems:
                yield self._says("says", name, system, systems=", ".join(systems))
            for instance, schema in (instances or {}).items():
                parts = ((instance, "pattern"), (schema, "schema_pattern"))
                if not all(re.fullmatch(self.content[key], str(part)) for part, key in parts):
                    yield self._says("says_of_names", name, instance, system=system, schema=schema)

    def _faults_of_links(
        self, name: str, value: Mapping[str, Any] | None, systems: Sequence[str]
    ) -> Iterator[str]:
        for system, address in (value or {}).items():
            if system.partition(".")[0] not in systems:
                yield self._says("says", name, system, systems=", ".join(systems))
            elif re.fullmatch(self.content["pattern"], str(address)) is None:
                yield self._says("says_of_address", name, address, system=system, id="{id}")

    def _says(self, sentence: str, name: str, value: Any, **others: Any) -> str:
        return str(self.content[sentence]).format(name=name, value=value, **others)


def read_rules(project_folder: Path) -> tuple[Rule, ...]:
    """The rules of a project.

    Raises:
        WrongUse: the project has no such list.
    """
    try:
        text = (project_folder / FILE).read_text(encoding="utf-8")
    except OSError as error:
        raise WrongUse(
            f"{project_folder / FILE} cannot be read: {error.strerror}.",
            "It says what a setting may be: take it from the project.",
        ) from None
    found = _LIST.search(text)
    if found is None:
        raise WrongUse(
            f"{project_folder / FILE} holds no list of rules.",
            "It says what a setting may be: take it from the project.",
        )
    return tuple(
        Rule(tuple(rule["names"]), rule["kind"], rule["next_step"], rule)
        for rule in yaml.safe_load(found.group(1))
    )


def _is_between(number: float, rule: Mapping[str, Any]) -> bool:
    return bool(rule["at_least"] <= number <= rule.get("at_most", number))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return re.fullmatch(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}", text) is not None


def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
