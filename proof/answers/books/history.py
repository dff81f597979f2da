"""Deals on past days: stage, amount, owner and expected close by history, and stage visits."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from proof.answers.books.as_of import UNALLOCATED, Books, Dimensions, line_amount, named, once
from proof.company.records import Deal, DealChange, Stage

FIELDS = ("stage", "amount", "close_date", "owner")


class Snapshot(NamedTuple):
    """An open deal as it was at the end of a day; the amount is in the reporting currency."""

    day: date
    deal: Deal
    stage: str
    stage_id: str | None
    probability: Decimal | None
    owner: str | None
    amount: Decimal
    expected_close: date | None
    dimensions: Dimensions


@dataclass(frozen=True)
class Visit:
    """A deal's stay in a stage; `went_on` says that it reached a later stage or was won."""

    deal: Deal
    stage: str
    stage_id: str | None
    order: int | None
    number: int
    is_first: bool
    entered_at: datetime | None
    entered_date: date | None
    left_at: datetime | None
    left_date: date | None
    is_open_stage: bool
    is_won_stage: bool
    is_lost_stage: bool
    went_on: bool


class History:
    """The deals of a company as they were on any day."""

    def __init__(self, books: Books) -> None:
        """Sorts the changes by deal, field and time."""
        self.books = books
        self._stages = {
            (s.system, s.pipeline, s.label): s for s in books.in_use(books.company.stages)
        }
        self._changes: dict[tuple[str, str], list[DealChange]] = defaultdict(list)
        for change in books.in_use(books.company.changes):
            is_readable = change.changed_field != "stage" or change.new_value is not None
            if change.changed_field in FIELDS and is_readable:
                self._changes[change.deal, change.changed_field].append(change)
        for changes in self._changes.values():
            changes.sort(key=lambda change: (change.changed_at, change.key))
        self._days = {
            key: [books.local_date(change.changed_at) for change in changes]
            for key, changes in self._changes.items()
        }
        self._snapshots: dict[date, list[Snapshot]] = {}

    # --- values on a day --------------------------------------------------------------------------

    def _value(self, deal: Deal, field: str, day: date, present: str | None) -> str | None:
        """A field's text at the end of a day: the last change's, else that before the first."""
        changes = self._changes.get((deal.key, field))
        if not changes:
            return present
        place = bisect_right(self._days[deal.key, field], day)
        if place:
            return changes[place - 1].new_value
        first = changes[0]
        # A deal has always had a stage; anything else may have been missing.
        is_first_stage = field == "stage" and first.old_value is None
        return first.new_value if is_first_stage else first.old_value

    def stage_on(self, deal: Deal, day: date) -> str:
        """The label of the deal's stage."""
        return self._value(deal, "stage", day, deal.stage) or deal.stage

    def owner_on(self, deal: Deal, day: date) -> str | None:
        """The deal's owner."""
        return self._value(deal, "owner", day, deal.owner)

    def amount_on(self, deal: Deal, day: date) -> Decimal:
        """The deal's amount in its own currency."""
        present = None if deal.amount is None else str(deal.amount)
        return Decimal(self._value(deal, "amount", day, present) or 0)

    def expected_close_on(self, deal: Deal, day: date) -> date | None:
        """The day on which the deal was expected to close."""
        present = deal.expected_close_date or deal.close_date
        text = self._value(deal, "close_date", day, present.isoformat() if present else None)
        return date.fromisoformat(text) if text else None

    def stage(self, deal: Deal, label: str) -> Stage | None:
        """The stage of a label, in the deal's pipeline."""
        return self._stages.get((deal.system, deal.pipeline, label))

    # --- open deals -------------------------------------------------------------------------------

    @cached_property
    def _spans(self) -> list[tuple[Deal, date, date]]:
        """The standing deals, with their first day and the last before they were closed for good.

        A deal that is closed without a close date is nowhere.
        """
        books, found = self.books, []
        for deal in books.deals.values():
            is_closed = deal.is_won or deal.is_closed
            if not books.stands(deal) or (is_closed and deal.close_date is None):
                continue
            last = date.max
            if is_closed and deal.close_date and books.is_past(deal.close_date):
                last = deal.close_date - timedelta(days=1)
            found.append((deal, self._first_day(deal), last))
        return found

    def _first_day(self, deal: Deal) -> date:
        if deal.created_at:
            return self.books.local_date(deal.created_at)
        as_of_date = self.books.settings.as_of_date
        days = [self._days[deal.key, f][0] for f in FIELDS if (deal.key, f) in self._days]
        return min(as_of_date, min(days, default=deal.close_date or as_of_date))

    def is_open(self, deal: Deal, day: date) -> bool:
        """Whether the deal's stage of a day is neither won nor lost; without history it is not."""
        if (deal.key, "stage") not in self._changes:
            return True
        stage = self.stage(deal, self.stage_on(deal, day))
        return stage is None or not (stage.is_closed or stage.is_won)

    def open_on(self, day: date) -> list[Snapshot]:
        """The deals that were open at the end of a day."""
        if day not in self._snapshots:
            self._snapshots[day] = [
                self._snapshot(deal, day)
                for deal, first, last in self._spans
                if first <= day <= last and self.is_open(deal, day)
            ]
        return self._snapshots[day]

    @cached_property
    def first_day(self) -> date | None:
        """The first day on which there was a deal."""
        return min((first for _, first, _ in self._spans), default=None)

    def _snapshot(self, deal: Deal, day: date) -> Snapshot:
        books = self.books
        label = self.stage_on(deal, day)
        stage = self.stage(deal, label)
        owner = self.owner_on(deal, day)
        account = books.united_account(deal.account)
        return Snapshot(
            day=day,
            deal=deal,
            stage=label,
            stage_id=stage.key if stage else None,
            probability=Decimal(stage.probability) if stage else None,
            owner=owner,
            amount=self.amount_on(deal, day) * books.rate(deal.currency, day),
            expected_close=self.expected_close_on(deal, day),
            dimensions=named(
                stage=label,
                lead_source=deal.lead_source,
                **books.owner_dimensions(owner, day, account),
            ),
        )

    def amounts_by_line(self, snapshot: Snapshot) -> dict[str, Decimal]:
        """The snapshot's amount by product line: today's lines, and what they do not cover."""
        deal, books = snapshot.deal, self.books
        rate = books.rate(deal.currency, snapshot.day)
        found: dict[str, Decimal] = defaultdict(Decimal)
        lines = books.lines_of.get(deal.key, [])
        for line in lines:
            found[books.product_line(line) or "(none)"] += line_amount(line) * rate
        rest = snapshot.amount - sum(found.values())
        if rest or not lines:
            found[UNALLOCATED] = rest
        return found

    # --- visits -----------------------------------------------------------------------------------

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """Every visit of a stage up to `as_of_date`."""
        return tuple(visit for deal, _, _ in self._spans for visit in self._visits_of(deal))

    def _visits_of(self, deal: Deal) -> list[Visit]:
        books = self.books
        stays = self._stays(deal)
        is_closed = books.is_closed(deal)
        found = []
        for place, (label, entered_at) in enumerate(stays):
            stage = self.stage(deal, label)
            is_open = stage is None or not (stage.is_closed or stage.is_won)
            left_at = stays[place + 1][1] if place + 1 < len(stays) else None
            left_date = books.local_date(left_at) if left_at else None
            has_history = (deal.key, "stage") in self._changes
            if left_date is None and is_closed and (is_open or not has_history):
                left_date = deal.close_date
            later = {other for other, _ in stays[place + 1 :]}
            went_on = any(self._is_later(deal, stage, other) for other in later)
            found.append(
                Visit(
                    deal=deal,
                    stage=label,
                    stage_id=stage.key if stage else None,
                    order=stage.order if stage else None,
                    number=place + 1,
                    is_first=label not in {other for other, _ in stays[:place]},
                    entered_at=entered_at,
                    entered_date=books.local_date(entered_at) if entered_at else None,
                    left_at=left_at,
                    left_date=left_date,
                    is_open_stage=is_open,
                    is_won_stage=bool(stage and stage.is_won),
                    is_lost_stage=bool(stage and stage.is_closed and not stage.is_won),
                    went_on=went_on or (is_closed and deal.is_won),
                )
            )
        return found

    def _stays(self, deal: Deal) -> list[tuple[str, datetime | None]]:
        """The stages a deal went through, with the moment it entered each."""
        changes = self._changes.get((deal.key, "stage"), [])
        if not changes:
            return [(deal.stage, deal.created_at)]
        first = changes[0]
        start = deal.created_at
        # Where the source says when the deal entered its first stage, that counts.
        is_said = start is None or first.old_value is None
        if is_said and self.books.is_past(self.books.local_date(first.changed_at)):
            start = first.changed_at
        stays = [(first.old_value or first.new_value or deal.stage, start)]
        for change in changes:
            if not self.books.is_past(self.books.local_date(change.changed_at)):
                break
            if change.new_value and change.new_value != stays[-1][0]:
                stays.append((change.new_value, change.changed_at))
        return stays

    def _is_later(self, deal: Deal, stage: Stage | None, label: str) -> bool:
        """Whether a label is a later stage of the same pipeline; a lost one never is."""
        other = self.stage(deal, label)
        if stage is None or other is None or (other.is_closed and not other.is_won):
            return False
        return other.order > stage.order


@once
def history_of(books: Books) -> History:
    """The history of a company's deals, once."""
    return History(books)
