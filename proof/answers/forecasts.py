"""The planted forecasts: revenue of the running and the next quarter, by docs/forecast.md.

The share of open deals that is won is counted deal by deal, as the pipeline stood at the end of
each week of twelve months; the interval repeats the hundreds of drawn futures with the same draws,
which are read off a hash of the deal and the number of the future.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from hashlib import md5
from typing import NamedTuple

from proof.answers.books.as_of import NONE, ZERO, Books, ClosedDeal, once
from proof.answers.books.history import Snapshot, history_of
from proof.answers.periods import add_months, next_period, period_end, period_start
from proof.answers.rollup import kpi_grains

DRAWS = 200
LARGEST_DRAW = 2**32


class Forecast(NamedTuple):
    """A row of `kpi_forecasts`; what nobody can know is None."""

    period_grain: str
    period_start_date: date
    period_end_date: date
    won_so_far: Decimal
    count_open_deals: int
    count_measured_deals: int
    open_amount: Decimal
    open_deals_revenue: Decimal | None
    new_deals_revenue: Decimal | None
    expected_revenue: Decimal | None
    low_revenue: Decimal | None
    high_revenue: Decimal | None
    crm_weighted_amount: Decimal | None
    measured_by: str | None
    count_weeks: int


class Window(NamedTuple):
    """The days in which a deal of a week's end must be won, both included."""

    week_end: date
    first: date
    last: date


class Case(NamedTuple):
    """An open deal at a week's end; the stage is None where its system tells no past ones."""

    deal: str
    stage: str | None
    age: str
    is_won: bool


class Share(NamedTuple):
    """So many of the cases were won, seen by one of the methods."""

    won: int
    cases: int
    method: str


def planted_forecasts(books: Books) -> Iterator[Forecast]:
    """The forecasts of a company on the settings' as_of_date."""
    settings = books.settings
    for grain in kpi_grains("quarter", settings):
        if grain.endswith("quarter"):
            running = period_start(grain, settings.as_of_date, settings.fiscal_year_start_month)
            for start in (running, next_period(grain, running)):
                yield _forecast(books, grain, start)


def _forecast(books: Books, grain: str, start: date) -> Forecast:
    today = books.settings.as_of_date
    end = period_end(grain, start)
    windows = list(_windows(books, start, end))
    won = [deal for deal in books.closed_deals if deal.is_won]
    won_so_far = sum((deal.amount for deal in won if start <= deal.close_date <= end), ZERO)
    opened = history_of(books).open_on(today)
    expected_now = [s for s in opened if s.expected_close and start <= s.expected_close <= end]
    weighted = sum((s.amount * (s.probability or ZERO) / 100 for s in expected_now), ZERO)
    shares = _shares_of(books, opened, windows)
    new = [_won_of_new_deals(books, won, window) for window in windows]
    amounts = {s.deal.key: s.amount or _usual_amount(books, won) for s in opened}
    from_open = sum((amounts[key] * share.won / share.cases for key, share in shares.items()), ZERO)
    from_new = sum(new, ZERO) / len(new) if new else ZERO
    futures = sorted(_futures(amounts, shares, new)) if new else []
    is_known = bool(new)
    return Forecast(
        period_grain=grain,
        period_start_date=start,
        period_end_date=end,
        won_so_far=won_so_far,
        count_open_deals=len(opened),
        count_measured_deals=len(shares),
        open_amount=sum((s.amount for s in opened), ZERO),
        open_deals_revenue=from_open if is_known else None,
        new_deals_revenue=from_new if is_known else None,
        expected_revenue=won_so_far + from_open + from_new if is_known else None,
        low_revenue=won_so_far + futures[DRAWS // 10 - 1] if is_known else None,
        high_revenue=won_so_far + futures[DRAWS * 9 // 10 - 1] if is_known else None,
        crm_weighted_amount=weighted if any(s.probability is not None for s in opened) else None,
        measured_by=_most_used(list(shares.values())),
        count_weeks=len(windows),
    )


def _windows(books: Books, start: date, end: date) -> Iterator[Window]:
    """The week ends of the twelve months whose outcome is known, from the first closed deal on."""
    today = books.settings.as_of_date
    before = (max(start - timedelta(days=1), today) - today).days
    until = (end - today).days
    last = today - timedelta(days=until)
    first_close = min((deal.close_date for deal in books.closed_deals), default=date.max)
    day = add_months(last, -12) + timedelta(days=1)
    while day <= last:
        if day.isoweekday() == 7 and day >= first_close:
            yield Window(day, day + timedelta(days=before + 1), day + timedelta(days=until))
        day += timedelta(days=1)


def _won_of_new_deals(books: Books, won: Sequence[ClosedDeal], window: Window) -> Decimal:
    """The money won in a window of deals that were made after its week."""
    found = ZERO
    for deal in won:
        made_at = deal.deal.created_at
        made = books.local_date(made_at) if made_at else deal.close_date
        if made > window.week_end and window.first <= deal.close_date <= window.last:
            found += deal.amount
    return found


def _usual_amount(books: Books, won: Sequence[ClosedDeal]) -> Decimal:
    """The mean amount of the deals of twelve months that have one."""
    first = add_months(books.settings.as_of_date, -12) + timedelta(days=1)
    amounts = [deal.amount for deal in won if deal.close_date >= first and deal.amount]
    return sum(amounts, ZERO) / len(amounts) if amounts else ZERO


def _age(books: Books, snapshot: Snapshot) -> str:
    if snapshot.deal.created_at is None:
        return NONE
    days = (snapshot.day - books.local_date(snapshot.deal.created_at)).days
    return "0–30" if days <= 30 else "31–90" if days <= 90 else "91–180" if days <= 180 else "181+"


@once
def _systems_with_history(books: Books) -> set[str]:
    """The systems that tell of some closed deal through which stages it went."""
    visits = history_of(books).visits
    return {v.deal.system for v in visits if v.is_open_stage and books.is_closed(v.deal)}


def _stage(books: Books, snapshot: Snapshot) -> str | None:
    """The stage, where the system tells of past ones."""
    return snapshot.stage if snapshot.deal.system in _systems_with_history(books) else None


def _shares_of(
    books: Books, opened: Sequence[Snapshot], windows: Sequence[Window]
) -> dict[str, Share]:
    """The share that goes for each open deal: of the most like ones of which there are enough."""
    won_on = {deal.key: deal.close_date for deal in books.closed_deals if deal.is_won}
    cases: dict[tuple[str | None, str | None], list[Case]] = defaultdict(list)
    for window in windows:
        for snapshot in history_of(books).open_on(window.week_end):
            key = snapshot.deal.key
            is_won = key in won_on and window.first <= won_on[key] <= window.last
            case = Case(key, _stage(books, snapshot), _age(books, snapshot), is_won)
            for stage in {case.stage, None}:
                cases[stage, case.age].append(case)
                cases[stage, None].append(case)
    found = {}
    for snapshot in opened:
        stage, age = _stage(books, snapshot), _age(books, snapshot)
        methods = (
            ("stage and age", stage, age),
            ("stage", stage, None),
            ("age", None, age),
            ("all deals", None, None),
        )
        for method, of_stage, of_age in methods:
            if method.startswith("stage") and stage is None:
                continue
            if method == "all deals" and age == NONE:
                continue
            alike = cases[of_stage, of_age]
            deals = len({case.deal for case in alike})
            if alike and (deals >= books.settings.min_sample_size or method == "all deals"):
                count = sum(case.is_won for case in alike)
                found[snapshot.deal.key] = Share(count, len(alike), method)
                break
    return found


def _futures(
    amounts: dict[str, Decimal], shares: dict[str, Share], new: Sequence[Decimal]
) -> Iterator[Decimal]:
    """The money won in each drawn future: each deal or not, and the new deals of one week."""
    for number in range(1, DRAWS + 1):
        revenue = new[_draw(number, "new deals") % len(new)]
        for key, share in shares.items():
            if _draw(number, key) * share.cases < share.won * LARGEST_DRAW:
                revenue += amounts[key]
        yield revenue


def _draw(number: int, what: str) -> int:
    return int(md5(f"1|{number}|{what}".encode()).hexdigest()[:8], 16)


def _most_used(shares: Sequence[Share]) -> str | None:
    """The method by which most deals are measured; of several the finest."""
    methods = ("stage and age", "stage", "age", "all deals")
    counts = [sum(share.method == method for share in shares) for method in methods]
    return methods[counts.index(max(counts))] if shares else None
