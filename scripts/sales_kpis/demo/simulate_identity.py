"""Who is who: one `human` for the records of a person.

The records of one person are joined by what the systems state (merges, a lead's contact, a web user
id) and by their e-mail address.
"""

from collections import defaultdict
from dataclasses import replace

from sales_kpis.demo.company import Company, Lead, Person, Record


def with_humans(company: Company) -> Company:
    """The company in which each person and lead says which human it is."""
    human_of = _humans(company)
    return replace(
        company,
        people=tuple(replace(p, human=human_of["person", p.key]) for p in company.people),
        leads=tuple(replace(r, human=human_of["lead", r.key]) for r in company.leads),
        older_versions=tuple(_older(record, human_of) for record in company.older_versions),
    )


Node = tuple[str, str]


def _older(record: Record, human_of: dict[Node, str]) -> Record:
    if isinstance(record, Lead):
        return replace(record, human=human_of["lead", record.key])
    if isinstance(record, Person):
        return replace(record, human=human_of["person", record.key])
    return record


def _humans(company: Company) -> dict[Node, str]:
    links: dict[Node, set[Node]] = defaultdict(set)

    def link(one: Node, other: Node) -> None:
        links[one].add(other)
        links[other].add(one)

    records: list[tuple[str, Person | Lead]] = [("person", person) for person in company.people]
    records += [("lead", lead) for lead in company.leads]
    known = {(kind, record.key) for kind, record in records}
    for kind, record in records:
        node = (kind, record.key)
        links[node]
        if record.merged_into and (kind, record.merged_into) in known:
            link(node, (kind, record.merged_into))
        if record.email:
            link(node, ("email", record.email.strip().lower()))
        if record.web_user:
            link(node, ("web", record.web_user))
        if isinstance(record, Lead):
            same = ("person", record.key if record.system == "hubspot" else record.converted_person)
            if same in known:
                link(node, ("person", str(same[1])))
    found: dict[Node, str] = {}
    for kind, record in records:
        _name_all(links, (kind, record.key), f"{kind} {record.key}", found)
    return found


def _name_all(
    links: dict[Node, set[Node]], start: Node, human: str, found: dict[Node, str]
) -> None:
    """Gives everything that hangs together with a record the same human."""
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = human
            waiting += links[node]
