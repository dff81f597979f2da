"""`kpis init`: the folder of a company that has the command installed, without a clone."""

from __future__ import annotations

import secrets
import shlex
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sales_kpis import files
from sales_kpis.errors import WrongUse
from sales_kpis.project import Project, systems_of
from sales_kpis.seeds import write_neutral_seeds
from sales_kpis.settings import SETTINGS, UNANSWERED

TEMPLATES = Path(__file__).parent / "templates" / "company"
EXPORTS = "exports"
# Each file of the folder that is the same for all companies, by its name among the templates.
_SAME_FOR_ALL = {
    "Makefile": "Makefile",
    "README.md": "README.md",
    "gitignore": ".gitignore",
    "kpis.yml": ".github/workflows/kpis.yml",
}
_FIRST_WORDS = "# Written by `kpis init`"


@dataclass(frozen=True)
class CompanyFolder:
    """A folder that was made; `cron_line` runs it each day."""

    folder: Path
    cron_line: str

    def as_json(self) -> dict[str, object]:
        """The same for machines."""
        return {
            "status": "done",
            "exit_code": 0,
            "folder": str(self.folder.resolve()),
            "files": [path.relative_to(self.folder).as_posix() for path in files.walk(self.folder)],
            "cron_line": self.cron_line,
        }


def make_company_folder(folder: Path, root: Path) -> CompanyFolder:
    """Write settings, seeds, Makefile, workflow and schedule of a company.

    Args:
        folder: one that is not there, or is empty.
        root: the dbt project, with the seeds and the systems that it knows.

    Raises:
        WrongUse: there is something in the folder, or it is a file.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUse(
            f"{folder} is {'not empty' if folder.is_dir() else 'a file'}; nothing was written.",
            "Name a folder that is not there, or an empty one.",
        )
    for name in ("raw", EXPORTS):
        files.make_folder(folder / name)
    for template, name in _SAME_FOR_ALL.items():
        files.make_folder((folder / name).parent)
        files.write_text(folder / name, (TEMPLATES / template).read_text(encoding="utf-8"))
    settings = (TEMPLATES / SETTINGS).read_text(encoding="utf-8")
    files.write_text(folder / SETTINGS, settings.replace("SYSTEMS", ", ".join(systems_of(root))))
    write_neutral_seeds(root / "seeds", folder / "seeds")
    pinned = f"sales-kpis=={metadata.version('sales-kpis')}"
    files.write_text(folder / "requirements.txt", f"{pinned}\n")
    files.write_text(folder / "salt.txt", f"{secrets.token_hex(32)}\n", mode=0o600)
    # Cron takes a bare % for the end of the line.
    place = shlex.quote(str(folder.resolve())).replace("%", r"\%")
    cron_line = f"30 5 * * * cd {place} && make --silent run"
    said = "# Every day, once your connectors have synced; add the line by `crontab -e`."
    files.write_text(folder / "crontab", f"{said}\n{cron_line}\n")
    return CompanyFolder(folder, cron_line)


def require_settings(project: Project, settings_file: Path | None) -> None:
    """Stop where the command is installed and no settings are there or named.

    Raises:
        WrongUse: there are none.
    """
    if project.is_installed and settings_file is None:
        raise WrongUse(
            f"{project.home} has no {SETTINGS}.",
            "Make a folder that has one, and run kpis there: kpis init FOLDER",
        )


def waits_for_answers(settings_file: Path) -> bool:
    """Whether a file is that of `kpis init` with an answer missing, so that it may be replaced."""
    text = settings_file.read_text(encoding="utf-8", errors="replace")
    return text.startswith(_FIRST_WORDS) and f'"{UNANSWERED}"' in text
