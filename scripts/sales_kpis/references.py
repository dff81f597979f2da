"""The list of KPI tables and other marts, in macros/kpis/references.sql.

dbt knows a model's parents only from the `ref()` calls that it sees while parsing, and what reads
"all tables of a folder" has none to show. The list gives them; it is written from the files.
"""

from __future__ import annotations

from pathlib import Path

FILE = Path("macros", "kpis", "references.sql")
_MARTS = Path("models", "marts")
_KPIS = _MARTS / "kpis"
_TEXT = """\
{{# Written by `kpis references` from the files of models/marts/: the KPI tables by family. #}}
{{% macro kpis_by_family() %}}
    {{{{ return({{
{families}
    }}) }}}}
{{% endmacro %}}

{{# All other marts. #}}
{{% macro marts_beside_kpis() %}}
    {{{{ return([
{marts}
    ]) }}}}
{{% endmacro %}}
"""


def references(project: Path) -> str:
    """The text of the file for the models that a project's folder has."""
    kpis: dict[str, list[str]] = {}
    for file in sorted((project / _KPIS).rglob("kpi_*.sql"), key=lambda file: file.stem):
        kpis.setdefault(file.parent.name, []).append(file.stem)
    others = sorted(
        file.stem
        for file in (project / _MARTS).rglob("*.sql")
        if not file.is_relative_to(project / _KPIS)
    )
    families = [
        f"        '{family}': [\n{_lines(names, 12)}\n        ],"
        for family, names in sorted(kpis.items())
    ]
    return _TEXT.format(families="\n".join(families), marts=_lines(others, 8))


def _lines(names: list[str], indent: int) -> str:
    return "\n".join(f"{' ' * indent}'{name}'," for name in names)


def renew_references(project: Path) -> bool:
    """Write the file where it does not say what the folder has; whether it was so."""
    text, file = references(project), project / FILE
    if file.is_file() and file.read_text("utf-8") == text:
        return False
    file.write_text(text, "utf-8")
    return True
