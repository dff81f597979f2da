"""The settings of a run: dbt_project.yml's, overlaid by a file, `--vars` and the shortcuts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from sales_kpis.errors import WrongUse, suggestion
from sales_kpis.formats import plural
from sales_kpis.salt import BUILT_IN
from sales_kpis.setting_rules import Rule, read_rules

PATHS = ("raw_path", "seed_path")
# The file in a company's folder (`kpis init`).
SETTINGS = "settings.yml"
# Stands in a file of `kpis connect` for an answer that nobody has given.
UNANSWERED = "?"
# The defaults of a company's own data; those of dbt_project.yml are the demo's. XXX is no currency
# (ISO 4217): the rates that rows in EUR need are then asked for.
NEUTRAL: Mapping[str, Any] = {
    "source_mapping": {},
    "as_of_date": "yesterday",
    "reporting_currency": "XXX",
    "reporting_time_zone": "UTC",
    "fiscal_year_start_month": 1,
}


@dataclass(frozen=True)
class Settings:
    """The checked settings of one run.

    `values` has a value for every variable of dbt_project.yml; `raw_path` is absolute or empty,
    `as_of_date` is an ISO date. A salt of the user's is in `stated_salt`, and `values` has the
    built-in one, for they go into dbt's files.
    """

    values: Mapping[str, Any]
    stated_salt: str | None = field(default=None, repr=False)

    @property
    def raw_path(self) -> Path | None:
        """Folder of the landing files; None when the raw tables are already in the warehouse."""
        stated = self.values.get("raw_path")
        return Path(str(stated)) if stated else None

    @property
    def seed_path(self) -> Path | None:
        """Folder of the user's seeds; None where the settings name none."""
        stated = self.values.get("seed_path")
        return Path(str(stated)) if stated else None

    @property
    def as_of_date(self) -> str:
        """The last day that counts, as ISO text."""
        return str(self.values["as_of_date"])

    def hash(self) -> str:
        """A short digest that is equal for equal settings."""
        text = json.dumps(self.values, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def load_settings(
    defaults: Mapping[str, Any],
    *,
    project_folder: Path,
    known_systems: Iterable[str] = (),
    settings_file: Path | None = None,
    vars_text: str | None = None,
    raw_path: Path | None = None,
    as_of: str | None = None,
    now: datetime | None = None,
) -> Settings:
    """Overlay the defaults and check the result.

    A relative path is read from where it is written: the project's folder for the default, the
    settings file's folder for the file, the current folder for `--vars` and `--raw-path`. Other raw
    tables than the demo's inherit nothing that is the demo's own (`NEUTRAL`).

    Args:
        defaults: `vars` of dbt_project.yml; they are the names that exist and the types they have.
        project_folder: where dbt_project.yml stands.
        known_systems: names that `systems` may list; nothing is checked when empty.
        settings_file: YAML file of variables.
        vars_text: YAML text of variables, as for dbt's `--vars`.
        raw_path: shortcut for the variable `raw_path`.
        as_of: shortcut for the variable `as_of_date`: an ISO date, `today` or `yesterday`.
        now: the moment that `today` means; the clock's when not given.

    Raises:
        WrongUse: unreadable YAML, an unknown variable (the nearest known name is told) or a wrong
            value.
    """
    values: dict[str, Any] = dict(defaults)
    _make_absolute(values, project_folder, defaults)
    layers: list[tuple[str, dict[str, Any], Path]] = []
    if settings_file is not None:
        layers.append(
            (str(settings_file), read_settings_file(settings_file), settings_file.resolve().parent)
        )
    if vars_text is not None:
        layers.append(("--vars", _parse(vars_text, "--vars"), Path.cwd()))
    if raw_path is not None:
        layers.append(("--raw-path", {"raw_path": str(raw_path)}, Path.cwd()))
    if as_of is not None:
        layers.append(("--as-of", {"as_of_date": as_of}, Path.cwd()))

    written_in = dict.fromkeys(defaults, "dbt_project.yml")
    for origin, layer, folder in layers:
        _refuse_unknown_names(layer, defaults, origin)
        _require_answers(layer, origin)
        for name, value in layer.items():
            values[name] = _as_type_of(defaults[name], name, value, origin)
            written_in[name] = origin
        _make_absolute(values, folder, layer)

    if _is_demo(defaults.get("raw_path")) and has_own_data(values, project_folder):
        for name in NEUTRAL.keys() & values.keys():
            if written_in[name] == "dbt_project.yml":
                values[name] = NEUTRAL[name]

    if "raw_path" in values:
        values["raw_path"] = _check_raw_path(values["raw_path"], written_in["raw_path"])
    if values.get("seed_path") and not Path(str(values["seed_path"])).is_dir():
        raise WrongUse(
            f"{written_in['seed_path']}: the folder seed_path {values['seed_path']} is not there.",
            "It holds planning/ and mapping/: copy the project's seeds/ there, and fill it.",
        )
    _check_systems(values, list(known_systems), written_in.get("systems", ""))
    rules = read_rules(project_folder)
    _check((rule for rule in rules if rule.kind == "zone"), values, written_in)
    if "as_of_date" in values:
        zone = ZoneInfo(str(values.get("reporting_time_zone", "UTC")))
        moment = now.astimezone(zone) if now else datetime.now(zone)
        values["as_of_date"] = _day_of(values["as_of_date"], moment)
    _check(rules, values, written_in)
    if "pseudonym_salt" not in values:
        return Settings(values)
    stated_salt = str(values["pseudonym_salt"])
    return Settings(values | {"pseudonym_salt": BUILT_IN}, stated_salt)


def _require_answers(layer: Mapping[str, Any], origin: str) -> None:
    """Stop where `kpis connect` has left a question that nobody has answered."""
    places = _unanswered(layer, "")
    if places:
        raise WrongUse(
            f"{origin} waits for {plural(len(places), 'answer')}: {', '.join(places)}.",
            f"Replace each {UNANSWERED} in the lines with FILL IN.",
        )


def _unanswered(said: Any, place: str) -> list[str]:
    """The places below one that hold a question mark in place of an answer."""
    if said == UNANSWERED:
        return [place]
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(said, Mapping):
        inner = said.items()
    elif isinstance(said, list):
        # A row of a table is called by its first value, such as the name of a stage.
        inner = (
            (next(iter(row.values()), number) if isinstance(row, Mapping) else number, row)
            for number, row in enumerate(said, start=1)
        )
    return [
        each
        for name, value in inner
        for each in _unanswered(value, f"{place}.{name}" if place else str(name))
    ]


def has_own_data(values: Mapping[str, Any], project_folder: Path) -> bool:
    """Whether the raw tables are others than the files of the demo company in the project."""
    stated = values.get("raw_path")
    return not stated or Path(str(stated)) != (project_folder / "data" / "demo").resolve()


def _is_demo(raw_path: object) -> bool:
    return raw_path is not None and Path(str(raw_path)) == Path("data/demo")


class _StrictLoader(yaml.SafeLoader):
    """A YAML loader that keeps dates as text and refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:  # YAML would silently keep the last of two equal keys.
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key} is written twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


_StrictLoader.yaml_implicit_resolvers = {
    first: [resolver for resolver in resolvers if not resolver[0].endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_settings_file(path: Path) -> dict[str, Any]:
    """The variables that a settings file states, whatever they are.

    Raises:
        WrongUse: it cannot be read, or is no YAML that maps names to values.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WrongUse(
            f"The settings file {path} cannot be read: {reason}.",
            "Name a YAML file of variables, for example with the line: as_of_date: 2025-09-17",
        ) from None
    return _parse(text, str(path))


def _parse(text: str, origin: str) -> dict[str, Any]:
    try:
        content = yaml.load(text, Loader=_StrictLoader)
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise WrongUse(f"{origin} is not valid YAML: {reason}.", "Correct that line.") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise WrongUse(
            f"{origin} must map names of variables to values; it is {content!r}.",
            "Write for example: {as_of_date: 2025-09-17}",
        )
    return {str(name): value for name, value in content.items()}


def _refuse_unknown_names(
    layer: Mapping[str, Any], defaults: Mapping[str, Any], origin: str
) -> None:
    for name in layer:
        if name not in defaults:
            raise WrongUse(f"{origin}: there is no variable {name}.", suggestion(name, defaults))


def _as_type_of(default: Any, name: str, value: Any, origin: str) -> Any:
    """The value in the type that the default has; text takes any scalar, None takes everything."""
    if default is None or (value is None and isinstance(default, str)):
        return "" if value is None and default is not None else value
    wanted: tuple[str, Callable[[Any], bool]]
    if isinstance(default, bool):
        wanted = ("true or false", lambda v: isinstance(v, bool))
    elif isinstance(default, int):
        wanted = ("a whole number", lambda v: isinstance(v, int) and not isinstance(v, bool))
    elif isinstance(default, float):
        wanted = ("a number", lambda v: isinstance(v, int | float) and not isinstance(v, bool))
    elif isinstance(default, list):
        wanted = ("a list", lambda v: isinstance(v, list))
    elif isinstance(default, dict):
        wanted = ("a mapping", lambda v: isinstance(v, dict))
    else:
        wanted = ("text", lambda v: isinstance(v, str | int | float))
    words, fits = wanted
    if not fits(value):
        raise WrongUse(
            f"{origin}: {name} must be {words}; it is {value!r}.",
            f"The default is {default!r}.",
        )
    return value


def _make_absolute(values: dict[str, Any], folder: Path, layer: Mapping[str, Any]) -> None:
    """Read the paths that a layer writes from where it is written."""
    for name in PATHS:
        if layer.get(name):
            values[name] = str((folder / Path(str(layer[name])).expanduser()).resolve())


def _check_raw_path(value: Any, origin: str) -> str:
    if value and not Path(str(value)).is_dir():
        raise WrongUse(
            f"{origin}: the folder raw_path {value} is not there.",
            "It holds one folder per system with its tables: <raw_path>/<system>/<table>.csv.",
        )
    return str(value or "")


def _check(rules: Iterable[Rule], values: dict[str, Any], written_in: Mapping[str, str]) -> None:
    """Hold the values to the rules that plain dbt has, too; a float stays one."""
    systems = [str(system) for system in values.get("systems") or ()]
    for rule in rules:
        for name in rule.names:
            if name not in values:
                continue
            if faults := rule.faults(name, values[name], systems):
                raise WrongUse(f"{written_in[name]}: {faults[0]}", rule.next_step)
            if rule.kind == "number":
                values[name] = float(values[name])


def _check_systems(values: Mapping[str, Any], known: list[str], origin: str) -> None:
    if "systems" not in values:
        return
    systems = values["systems"]
    if not systems:
        raise WrongUse(f"{origin}: systems is empty.", f"There is: {', '.join(known)}.")
    for system in systems:
        if known and system not in known:
            raise WrongUse(
                f"{origin}: there is no system {system!r}.", suggestion(str(system), known)
            )
        if systems.count(system) > 1:
            raise WrongUse(f"{origin}: systems lists {system} twice.", "List each system once.")


def _day_of(value: Any, now: datetime) -> str:
    """The day that a word means, else the text as it is."""
    text = str(value).strip().lower()
    days_ago = {"today": 0, "yesterday": 1}.get(text)
    return text if days_ago is None else (now.date() - timedelta(days=days_ago)).isoformat()
