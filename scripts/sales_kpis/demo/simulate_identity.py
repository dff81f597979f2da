"""Who is who: web user ids of some contacts and leads, and one `human` for the records of a person.

The records of one person are joined by what the systems state (merges, a lead's contact, a web user
id) and by their e-mail address.
"""

from collections import defaultdict
from dataclasses import replace
from random import Random

from sales_kpis.demo.company import Company, Lead, Person
from sales_kpis.demo.simulate_web import browser_id


def with_web_users(company: Company) -> Company:
    """The company in which some contacts and leads have a web user id: a browser's or a user's."""
    rng = Random(f"{company.seed} web users")
    people, leads = [], []
    for person in company.people:
        has_one = person.system != "hubspot" and not person.web_user and rng.random() < 0.3
        people.append(
            replace(person, web_user=_web_user(rng, f"u-{len(people)}")) if has_one else person
        )
    for lead in company.leads:
        has_one = lead.system != "hubspot" and not lead.web_user and rng.random() < 0.12
        leads.append(
            replace(lead, web_user=_web_user(rng, f"u-L{len(leads)}")) if has_one else lead
        )
    by_key = {lead.key: lead for lead in leads}
    older = tuple(
        replace(record, web_user=by_key[record.key].web_user)
        if isinstance(record, Lead) and record.key in by_key
        else record
        for record in company.older_versions
    )
    return replace(company, people=tuple(people), leads=tuple(leads), older_versions=older)


def _web_user(rng: Random, user: str) -> str:
    return user if rng.random() < 0.5 else browser_id(rng)


def with_humans(company: Company) -> Company:
    """The company in which each person and lead says which human it is."""
    human_of = _humans(company)
    return replace(
        company,
        people=tuple(replace(p, human=human_of["person", p.key]) for p in company.people),
        leads=tuple(replace(r, human=human_of["lead", r.key]) for r in company.leads),
    )


Node = tuple[str, str]


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
