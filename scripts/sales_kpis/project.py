"""Where the dbt project and its outputs are."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

from sales_kpis.errors import WrongUse

PROJECT_NAME = "sales_kpis"
# A variable of dbt_project.yml that is no setting: the columns that all KPI tables have.
SHARED_BY_KPIS = "kpi_table"
# Schemas that are published; everything before them (raw, planning, staging, …) stays in the build
# file.
MART_SCHEMAS = ("core", "kpis", "monitoring")
_OTHER_SCHEMAS = ("staging", "intermediate", "planning", "mapping", "ledger")

# The files that belong to this package, laid out as in the repository: those that the wheel carries
# (setup.py), else the clone that it was installed from.
SHIPPED = Path(__file__).parent / "dbt"
FILES = SHIPPED if SHIPPED.is_dir() else Path(__file__).resolve().parents[2]

# The path that a target must have, so that `kpis` decides where it builds.
_DATABASE_VARIABLE = re.compile(
    r"\{\{-?\s*env_var\(\s*['\"]SALES_KPIS_DATABASE['\"]\s*(,[^{}]*)?\)\s*-?\}\}"
)
_SPARK_VARIABLE = re.compile(
    r"\{\{-?\s*env_var\(\s*['\"]SALES_KPIS_SPARK_FOLDER['\"]\s*(,[^{}]*)?\)\s*-?\}\}/warehouse/?"
)


@dataclass(frozen=True)
class Project:
    """The dbt project's folder and the files that `kpis` keeps beside the warehouse file.

    `reads_warehouse`: the raw tables lie in the warehouse file (`raw_path: ''`), which is then only
    read; None where no setting has said it. `work_folder`: where a company keeps its settings and
    all outputs when the dbt project is the one that the wheel carries, which nothing changes; None
    in a clone, which is both.
    """

    root: Path
    warehouse: Path
    published: Path
    reads_warehouse: bool | None = None
    work_folder: Path | None = None

    @property
    def is_installed(self) -> bool:
        """Whether the dbt project is the wheel's, apart from the company's own folder."""
        return self.work_folder is not None

    @property
    def home(self) -> Path:
        """The folder of the outputs, and of all other relative paths."""
        return self.work_folder or self.root

    @property
    def dbt_folder(self) -> Path:
        """Where dbt works: a folder with the project's files that may be written to."""
        return self.home / "build" / "project" if self.is_installed else self.root

    @property
    def build_folder(self) -> Path:
        """Where `kpis` keeps its lock, ledger and candidate.

        It is the folder of the warehouse file, or one in `home` where that file is not ours.
        """
        own = self.home / "build"
        digest = hashlib.sha256(str(self.warehouse).encode()).hexdigest()[:8]
        apart = own / f"{self.warehouse.stem}-{digest}"
        is_apart = apart.is_dir() if self.reads_warehouse is None else self.reads_warehouse
        return apart if is_apart and self.warehouse.parent != own else self.warehouse.parent

    @property
    def built(self) -> Path:
        """The last build from raw tables in the warehouse file."""
        return self.build_folder / "built" / self._name_beside_warehouse

    @property
    def _name_beside_warehouse(self) -> str:
        # Both are attached in one session, so they need two names.
        return f"{self.warehouse.stem}_built.duckdb"

    @property
    def candidate(self) -> Path:
        """The database a run builds into.

        Always the same path, or dbt would parse the whole project again in each run; and named like
        the warehouse file, because views keep the database's name and the candidate takes its
        place.
        """
        name = self._name_beside_warehouse if self.reads_warehouse else self.warehouse.name
        return self.build_folder / "candidate" / name

    @property
    def ledger(self) -> Path:
        """The record of runs."""
        return self.build_folder / "runs.jsonl"

    @property
    def lock(self) -> Path:
        """The lock of runs."""
        return self.build_folder / "run.lock"

    @property
    def last_build(self) -> Path:
        """The file in which the run that built the warehouse file describes it."""
        return self.build_folder / "last_build.json"

    @property
    def last_spark_build(self) -> Path:
        """The file in which the last run on Spark describes its build."""
        return self.build_folder / "last_spark_build.json"

    @property
    def dbt_target(self) -> Path:
        """dbt's artifacts of `kpis run`, apart from those of a developer's own `dbt build`."""
        return self.build_folder / "dbt"

    def dbt_project(self) -> dict[str, Any]:
        """The content of dbt_project.yml."""
        return _read_yaml(self.root / "dbt_project.yml")

    def default_vars(self) -> dict[str, Any]:
        """The settings and their defaults, from `vars` of dbt_project.yml."""
        variables = dict(self.dbt_project().get("vars") or {})
        variables.pop(SHARED_BY_KPIS, None)
        return variables | dict(variables.pop(PROJECT_NAME, None) or {})

    def targets(self) -> dict[str, Any]:
        """The outputs of profiles.yml by name."""
        profiles = _read_yaml(self.root / "profiles.yml")
        return dict((profiles.get(PROJECT_NAME) or {}).get("outputs") or {})

    def default_target(self) -> str | None:
        """The output that dbt takes where none is named; None where profiles.yml has no such."""
        profile = _read_yaml(self.root / "profiles.yml").get(PROJECT_NAME) or {}
        name = str(profile.get("target") or "default")
        return name if name in self.targets() else None

    def require_own_place(self, target: str) -> None:
        """Stop unless the target builds where `kpis` looks for what it has built.

        Raises:
            WrongUse: the target names another place, or none; the message has the missing line.
        """
        output = self.targets().get(target) or {}
        if output.get("type") == "spark":
            if output.get("method", "session") != "session":
                return
            stated = (output.get("server_side_parameters") or {}).get("spark.sql.warehouse.dir")
            name, variable = "server_side_parameters: spark.sql.warehouse.dir", _SPARK_VARIABLE
            line = "\"{{ env_var('SALES_KPIS_SPARK_FOLDER', 'target/spark') }}/warehouse\""
        else:
            stated, name, variable = output.get("path"), "path", _DATABASE_VARIABLE
            line = "\"{{ env_var('SALES_KPIS_DATABASE', 'build/sales_kpis.duckdb') }}\""
        if not variable.fullmatch(str(stated or "").strip()):
            said = f"is {stated}" if stated else "is missing"
            raise WrongUse(
                f"profiles.yml: {name} of target {target} {said}, so kpis would not find what dbt"
                " builds there; nothing was built.",
                f"Write {name}: {line}",
            )

    def systems(self) -> list[str]:
        """The systems that have a staging folder."""
        return systems_of(self.root)


def find_project(published: Path | None = None) -> Project:
    """The project that contains the current folder, else the one that belongs to this package.

    Where that is the wheel's, the current folder, or the one of SALES_KPIS_PROJECT, is the
    company's: settings and outputs lie there.

    Args:
        published: folder of the published versions, by default `published/` in the project's or the
            company's folder.

    Raises:
        WrongUse: there is no dbt project, SALES_KPIS_DATABASE names no file, or the folder that
            `published` names is not there.
    """
    if published is not None and not published.is_dir():
        raise WrongUse(
            f"--published: the folder {published} is not there.",
            f"Correct its name; for a new place to publish to, make it first: mkdir {published}",
        )
    stated = os.environ.get("SALES_KPIS_PROJECT")
    here = Path(stated).resolve() if stated else Path.cwd()
    is_shipped = FILES == SHIPPED
    around = [here] if stated else [here, *here.parents]
    for root in [*around, *([FILES] if is_shipped or not stated else [])]:
        if _is_project(root):
            break
    else:
        raise WrongUse(
            f"No dbt project {PROJECT_NAME} in {here}.",
            "Run kpis in the project's folder, or name the folder in SALES_KPIS_PROJECT.",
        )
    work_folder = here if is_shipped and root == FILES else None
    if work_folder and not work_folder.is_dir():
        raise WrongUse(
            f"SALES_KPIS_PROJECT: the folder {work_folder} is not there.",
            "Correct its name, or make it: kpis init FOLDER",
        )
    home = work_folder or root
    database = os.environ.get("SALES_KPIS_DATABASE") or "build/sales_kpis.duckdb"
    if re.match(r"^(md:|:memory:|\w+://)", database):
        raise WrongUse(
            f"SALES_KPIS_DATABASE is {database}; kpis needs a file.",
            "Name a file, for example build/sales_kpis.duckdb.",
        )
    warehouse = (home / database).resolve()
    if warehouse.stem in (*MART_SCHEMAS, *_OTHER_SCHEMAS):
        raise WrongUse(
            f"SALES_KPIS_DATABASE is {database}; the file has the name of a schema in it.",
            "Name it otherwise, such as build/sales_kpis.duckdb: DuckDB cannot tell the two apart.",
        )
    return Project(
        root=root,
        warehouse=warehouse,
        published=(published or home / "published").resolve(),
        work_folder=work_folder,
    )


def systems_of(root: Path) -> list[str]:
    """The systems for which a dbt project has a staging folder."""
    staging = root / "models" / "staging"
    return sorted(path.name for path in staging.glob("*") if path.is_dir())


def new_run_id(now: datetime | None = None) -> str:
    """A name for a run that sorts by its time, for example `20250917T061502123Z-9f3a`."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    return f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}Z-{secrets.token_hex(2)}"


def utc_now() -> str:
    """The moment as ISO 8601 text, for the ledger and the manifest; no KPI ever reads it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def versions() -> dict[str, str]:
    """Versions of the programs that a published set depends on."""
    packages = {
        "sales_kpis": "sales-kpis",
        "dbt": "dbt-core",
        "dbt_duckdb": "dbt-duckdb",
        "duckdb": "duckdb",
    }
    return {name: _version(package) for name, package in packages.items()}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"


def _is_project(folder: Path) -> bool:
    file = folder / "dbt_project.yml"
    return file.is_file() and _read_yaml(file).get("name") == PROJECT_NAME


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WrongUse(f"{path} is not there.", "Restore it from the repository.") from None
    except yaml.YAMLError as error:
        raise WrongUse(f"{path} is not valid YAML: {error}", "Correct the line it names.") from None
    return content if isinstance(content, dict) else {}
