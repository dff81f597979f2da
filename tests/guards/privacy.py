"""Personal data of leads and contacts stays in staging and intermediate; no mart shows it."""

import re
from collections.abc import Iterator

from guards.findings import Finding
from guards.project import Project
from guards.sql_text import line_at, only_names

_RULE = "pii"

# Names that no column of a mart has, tagged or not. Staff may be named: dim_reps has rep_name.
FORBIDDEN = frozenset(
    (
        *("email", "phone", "mobile_phone", "recipient_email"),
        *("full_name", "first_name", "last_name", "contact_name", "person_name"),
    )
)


def no_personal_columns(project: Project) -> Iterator[Finding]:
    """No mart has a column that is tagged `pii` anywhere, or is named like personal data."""
    personal = _personal_names(project)
    for mart in project.marts:
        for column in mart.columns:
            if column.name.lower() in personal or column.is_pii:
                problem = f"mart {mart.name} exposes personal data in column {column.name}"
                yield project.at(
                    mart, _RULE, problem, "leave it out, or carry a salted pseudonym", column.name
                )


def no_personal_names_in_sql(project: Project) -> Iterator[Finding]:
    """The SQL of a mart does not even name such a column; intermediate/ works out what it needs."""
    words = re.compile(rf"\b(?:{'|'.join(sorted(_personal_names(project)))})\b", re.IGNORECASE)
    for mart in project.marts:
        for word in words.finditer(text := only_names(mart.sql)):
            problem = f"mart {mart.name} reads personal data, {word[0]}"
            advice = "work out in intermediate/ what the mart needs of it (such as has_valid_email)"
            line = line_at(text, word.start())
            yield Finding(mart.file, line, _RULE, problem, advice, mart.name)


def _personal_names(project: Project) -> frozenset[str]:
    tagged = {
        column.name.lower()
        for node in project.nodes.values()
        for column in node.columns
        if column.is_pii
    }
    return FORBIDDEN | tagged
