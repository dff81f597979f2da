"""Identities: one `human` for the records of a person.

The records of one person are joined by what the systems state (merges, a lead's contact, a web user
id) and by their e-mail address, if it is a valid one. A deleted record joins nobody by its address
or web user.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from proof.company.chance import ZONE
from proof.company.records import (
    Company,
    EmailMessage,
    Lead,
    Person,
    Record,
    WebEvent,
    WebSession,
)

Node = tuple[str, str]
R = TypeVar("R", bound=Record)


def with_humans(company: Company, as_of: date | None = None) -> Company:
    """The company in which people, leads, messages, sessions and events say which human it was.

    As of a local day, records that were created later do not exist, and leads that were converted
    later are not their contacts yet. Without one, everything has happened.
    """
    user_of = _user_of_browser(company)
    humans = _humans(company, user_of, as_of or date.max)

    def visitor(visit: WebSession | WebEvent) -> str | None:
        nodes = [("web", visit.user), ("web", user_of.get(visit.web_user or ""))]
        nodes.append(("web", visit.web_user))
        return next(
            (humans[kind, key] for kind, key in nodes if key and (kind, key) in humans), None
        )

    def named(record: R) -> R:
        if isinstance(record, Lead):
            return replace(record, human=humans.get(("lead", record.key)))
        if isinstance(record, Person):
            return replace(record, human=humans.get(("person", record.key)))
        if isinstance(record, EmailMessage):
            return replace(record, human=humans.get(("email", record.recipient_email)))
        if isinstance(record, WebSession | WebEvent):
            return replace(record, human=visitor(record))
        return record

    return replace(
        company,
        people=tuple(map(named, company.people)),
        leads=tuple(map(named, company.leads)),
        email_messages=tuple(map(named, company.email_messages)),
        web_sessions=tuple(map(named, company.web_sessions)),
        web_events=tuple(map(named, company.web_events)),
        older_versions=tuple(map(named, company.older_versions)),
    )


def _user_of_browser(company: Company) -> dict[str, str]:
    """The only user that was ever signed in with a browser; two users join nothing."""
    users: dict[str, set[str]] = defaultdict(set)
    for session in company.web_sessions:
        if session.web_user and session.user:
            users[session.web_user].add(session.user)
    return {browser: min(of) for browser, of in users.items() if len(of) == 1}


def _humans(company: Company, user_of: dict[str, str], as_of: date) -> dict[Node, str]:
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
        if is_valid_email(record.email or "") and _exists(record, as_of):
            link(node, ("email", (record.email or "").strip().lower()))
        if record.web_user and _exists(record, as_of):
            link(node, ("web", record.web_user))
        if isinstance(record, Lead):
            contact = ("person", _contact_of(record, as_of) or "")
            if contact in known:
                link(node, contact)
    for browser, user in user_of.items():
        link(("web", browser), ("web", user))
    found: dict[Node, str] = {}
    for kind, record in records:
        # One that was merged away, or is gone, lives on in the records that it belongs to.
        if as_of == date.max or (_exists(record, as_of) and not record.merged_into):
            _name_all(links, (kind, record.key), f"{kind} {record.key}", found)
    return found


def _exists(record: Person | Lead, as_of: date) -> bool:
    is_created = record.created_at is None or _local_date(record.created_at) <= as_of
    # A contact that was merged away keeps its address; Salesforce marks it as deleted too.
    is_merged = isinstance(record, Person) and record.merged_into is not None
    return is_created and (is_merged or not record.is_deleted)


def _contact_of(lead: Lead, as_of: date) -> str | None:
    if lead.system == "hubspot":
        return lead.key
    is_converted = lead.converted_at is None or _local_date(lead.converted_at) <= as_of
    return lead.converted_person if is_converted else None


def _local_date(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


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


def is_valid_email(text: str) -> bool:
    """Exactly one @, something before it, a domain with a dot inside, no spaces."""
    local, at, domain = text.strip().partition("@")
    has_space = any(character.isspace() for character in local + domain)
    return bool(local and at) and "@" not in domain and not has_space and "." in domain[1:-1]
