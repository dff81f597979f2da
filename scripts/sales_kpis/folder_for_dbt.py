"""The folder in which dbt works.

dbt writes into the folder of its project, and reads seeds from there alone. A clone may be written
to; an installed package may not, so its files are linked into a folder of the company's.
"""

from __future__ import annotations

from pathlib import Path

from sales_kpis import files
from sales_kpis.project import Project


def folder_for_dbt(project: Project) -> Path:
    """The project's own folder, or one with links to all that the wheel carries.

    After an upgrade the links show what the new version has.
    """
    folder = project.dbt_folder
    if not project.is_installed:
        return folder
    files.make_folder(folder)
    wanted = {entry.name: str(entry) for entry in project.root.iterdir()}
    for link in folder.iterdir():
        if link.is_symlink() and link.name not in wanted:
            files.remove(link)
    for name, target in wanted.items():
        link = folder / name
        if not (link.is_symlink() and str(link.readlink()) == target):
            files.point_symlink(link, target)
    return folder
