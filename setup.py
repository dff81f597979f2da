"""The files that the wheel carries beside the command: what a run needs of the repository.

They lie in the wheel as in the repository, below sales_kpis/dbt/ (sales_kpis/project.py finds them
there), and no copy of them is kept. All else that a package has is said in pyproject.toml.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
# Unit tests stay behind: a run executes none, and reads the project the faster for it.
CARRIED = (
    *("dbt_project.yml", "profiles.yml", "requirements-run.lock", "CHANGELOG.md", "LICENSE"),
    *("models/**/*.sql", "models/**/*.yml", "models/**/*.md", "macros/**/*.sql"),
    *("seeds/**/*.csv", "vendor/google_analytics/*", "vendor/echarts/*"),
    *("tests/generic/**/*", "tests/singular/**/*", "docs/*.md", "templates/**/*.csv"),
)
LEFT_BEHIND = "*__unit_tests.yml"


def carried() -> dict[str, Path]:
    """The files that the wheel carries, by their paths in the repository."""
    found = {path for pattern in CARRIED for path in ROOT.glob(pattern) if path.is_file()}
    return {
        path.relative_to(ROOT).as_posix(): path
        for path in sorted(found)
        if not path.match(LEFT_BEHIND)
    }


class BuildWithProject(build_py):
    """Copies the package, and the project into it; an editable one has the clone around it."""

    def run(self) -> None:
        """Build the package."""
        super().run()
        if self.editable_mode:
            return
        inside = Path(self.build_lib, "sales_kpis", "dbt")
        shutil.rmtree(inside, ignore_errors=True)
        for name, path in carried().items():
            target = inside / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


if __name__ == "__main__":
    setup(cmdclass={"build_py": BuildWithProject})
