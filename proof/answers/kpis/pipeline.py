"""The true pipeline KPIs: what is won and lost, what is open, and how deals move."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from proof.answers.books.activity import activities_of
from proof.answers.books.as_of import ZERO, Books, Dimensions
from proof.answers.books.history import Snapshot, Visit, history_of
from proof.answers.books.plans import plans_of
from proof.answers.kpis.revenue import ONE, closed, counted, when, won
from proof.answers.rollup import Fact, Period, PeriodFact, begun_periods, in_periods


def win_rate(books: Books) -> Iterator[Fact]:
    """Won deals / deals closed."""
    for part in counted(closed(books)):
        yield Fact(part.deal.close_date, part.dimensions, when(part.deal.is_won, ONE), ONE)


def win_rate_by_amount(books: Books) -> Iterator[Fact]:
    """Amount won / amount closed."""
    for part in closed(books):
        amount_won = when(part.deal.is_won, part.amount)
        yield Fact(part.deal.close_date, part.dimensions, amount_won, part.amount)


def win_loss_ratio(books: Books) -> Iterator[Fact]:
    """Won deals / lost deals."""
    for part in counted(closed(books)):
        is_won = part.deal.is_won
        yield Fact(part.deal.close_date, part.dimensions, when(is_won, ONE), when(not is_won, ONE))


def sales_cycle_days(books: Books) -> Iterator[Fact]:
    """Days from created to won / won deals, of those whose created date is known."""
    for part in counted(won(books)):
        if part.deal.cycle_days is not None:
            days = Decimal(part.deal.cycle_days)
            yield Fact(part.deal.close_date, part.dimensions, days, ONE)


def time_to_loss_days(books: Books) -> Iterator[Fact]:
    """Days from created to lost / lost deals, of those whose created date is known."""
    for part in counted(closed(books)):
        if not part.deal.is_won and part.deal.cycle_days is not None:
            days = Decimal(part.deal.cycle_days)
            yield Fact(part.deal.close_date, part.dimensions, days, ONE)


def deals_lost_to_competition(books: Books) -> Iterator[Fact]:
    """Lost deals with a competitor named."""
    for part in counted(closed(books)):
        if not part.deal.is_won and part.deal.competitor:
            yield Fact(part.deal.close_date, part.dimensions, ONE)


def competitive_loss_share(books: Books) -> Iterator[Fact]:
    """Lost deals with a competitor named / lost deals."""
    for part in counted(closed(books)):
        if not part.deal.is_won:
            has_competitor = part.deal.competitor is not None
            yield Fact(part.deal.close_date, part.dimensions, when(has_competitor, ONE), ONE)


# --- open deals -----------------------------------------------------------------------------------


def _periods(books: Books, first_grain: str) -> Iterator[Period]:
    """The periods from the first deal on."""
    first = history_of(books).first_day
    if first:
        yield from begun_periods(first_grain, first, books.settings)


def _open(books: Books, share: Decimal | None = None) -> Iterator[PeriodFact]:
    """The amounts of open deals, also by product line; weighted unless `share` is given."""
    history = history_of(books)
    for period in _periods(books, "week"):
        for snapshot in history.open_on(period.measured_on):
            part = (snapshot.probability or ZERO) / 100 if share is None else share
            amount = snapshot.amount * part
            yield PeriodFact(period.grain, period.start, snapshot.dimensions, amount)
            for name, of_line in history.amounts_by_line(snapshot).items():
                yield PeriodFact(period.grain, period.start, {"product_line": name}, of_line * part)


def open_pipeline_amount(books: Books) -> Iterator[PeriodFact]:
    """Amount of open deals."""
    return _open(books, share=ONE)


def weighted_pipeline_amount(books: Books) -> Iterator[PeriodFact]:
    """Amount of open deals x the probability of their stage."""
    return _open(books)


def deals_by_stage(books: Books) -> Iterator[PeriodFact]:
    """Open deals."""
    for period, snapshot in _open_at_ends(books):
        yield PeriodFact(period.grain, period.start, snapshot.dimensions, ONE)


def open_deal_age_days(books: Books) -> Iterator[PeriodFact]:
    """Days since the creation of open deals / those deals, if their created date is known."""
    for period, snapshot in _open_at_ends(books):
        if snapshot.deal.created_at:
            age = snapshot.day - books.local_date(snapshot.deal.created_at)
            yield _part(period, snapshot.dimensions, Decimal(age.days), ONE)


def stalled_deals_share(books: Books) -> Iterator[PeriodFact]:
    """Open deals that entered no stage and had no outreach for some days / open deals."""
    moved: dict[str, list[date]] = defaultdict(list)
    for visit in history_of(books).visits:
        if visit.entered_date:
            moved[visit.deal.key].append(visit.entered_date)
    for key, outreach in activities_of(books).outreach_of_deal.items():
        moved[key] += [done.day for done in outreach]
    for deal in books.deals.values():
        if deal.created_at:
            moved[deal.key].append(books.local_date(deal.created_at))
    for period, snapshot in _open_at_ends(books):
        days = [(snapshot.day - day).days for day in moved[snapshot.deal.key]]
        is_stalled = not any(0 <= ago <= books.settings.stalled_after_days for ago in days)
        yield _part(period, snapshot.dimensions, when(is_stalled, ONE), ONE)


def _open_at_ends(books: Books) -> Iterator[tuple[Period, Snapshot]]:
    """The deals that are open at the end of each period."""
    for period in _periods(books, "week"):
        for snapshot in history_of(books).open_on(period.measured_on):
            yield period, snapshot


def pipeline_coverage(books: Books) -> Iterator[PeriodFact]:
    """Amount expected to close in the period / quota - revenue so far.

    A closed period is seen at its start, when nothing was sold; the running one as of `as_of_date`.
    """
    history, plans = history_of(books), plans_of(books)
    months = [month for _, month in plans.quotas]
    firsts = [day for day in (history.first_day, min(months, default=None)) if day]
    if not firsts:
        return
    for period in begun_periods("month", min(firsts), books.settings):
        is_running = period.end > books.settings.as_of_date
        seen_on = period.measured_on if is_running else period.day_before
        for snapshot in history.open_on(seen_on):
            if _closes_in(snapshot.expected_close, period):
                yield _part(period, snapshot.dimensions, snapshot.amount, ZERO)
        for quota in plans.quotas.values():
            if period.start <= quota.month <= period.end:
                yield _part(period, quota.dimensions, ZERO, quota.amount)
        for deal in books.closed_deals if is_running else ():
            if deal.is_won and deal.close_date >= period.start:
                yield _part(period, deal.dimensions, ZERO, -deal.amount)


def _closes_in(day: date | None, period: Period) -> bool:
    return day is not None and period.start <= day <= period.end


def _part(
    period: Period, dimensions: Dimensions, numerator: Decimal, denominator: Decimal
) -> PeriodFact:
    return PeriodFact(period.grain, period.start, dimensions, numerator, denominator)


def forecast_accuracy(books: Books) -> Iterator[PeriodFact]:
    """Revenue of the period, beside the weighted amount expected at its start to close in it."""
    revenue = [
        Fact(deal.close_date, deal.dimensions, deal.amount)
        for deal in books.closed_deals
        if deal.is_won
    ]
    yield from in_periods(revenue, "month", books.settings)
    history = history_of(books)
    for period in _periods(books, "month"):
        for snapshot in history.open_on(period.day_before):
            if _closes_in(snapshot.expected_close, period):
                weighted = snapshot.amount * (snapshot.probability or ZERO) / 100
                yield _part(period, snapshot.dimensions, ZERO, weighted)


def slipped_deals_share(books: Books) -> Iterator[PeriodFact]:
    """Deals neither won nor lost by the period's end / deals expected at its start to close in it.

    In the running period those count that are now expected after its end.
    """
    history = history_of(books)
    for period in _periods(books, "week"):
        is_running = period.end > books.settings.as_of_date
        still_open: dict[str, Snapshot] = {
            snapshot.deal.key: snapshot for snapshot in history.open_on(period.measured_on)
        }
        for snapshot in history.open_on(period.day_before):
            if not _closes_in(snapshot.expected_close, period):
                continue
            now = still_open.get(snapshot.deal.key)
            slipped = now is not None and (
                not is_running
                or (now.expected_close is not None and now.expected_close > period.end)
            )
            yield _part(period, snapshot.dimensions, when(slipped, ONE), ONE)


# --- how deals move -------------------------------------------------------------------------------


def _first_visits(books: Books) -> Iterator[Visit]:
    """The first visit of each deal in each open stage that it has left again."""
    for visit in history_of(books).visits:
        is_dated = visit.entered_date is not None and visit.left_date is not None
        if visit.is_first and visit.is_open_stage and is_dated:
            yield visit


def _visit_dimensions(books: Books, visit: Visit, day: date) -> Iterator[Dimensions]:
    """The slices of a visit on a day: its stage and team once, each product line once."""
    owner = history_of(books).owner_on(visit.deal, day)
    team, _ = books.rep_place(owner, day)
    yield {"total": "total", "stage": visit.stage, "team": team or "(none)"}
    lines = books.lines_of.get(visit.deal.key, [])
    for name in sorted({books.product_line(line) or "(none)" for line in lines}):
        yield {"product_line": name}
    if not lines:
        yield {"product_line": "(unallocated)"}


def stage_conversion_rate(books: Books) -> Iterator[Fact]:
    """Deals that went on from a stage / deals that left it, by the day they entered it."""
    for visit in _first_visits(books):
        if visit.entered_date:
            for dimensions in _visit_dimensions(books, visit, visit.entered_date):
                yield Fact(visit.entered_date, dimensions, when(visit.went_on, ONE), ONE)


def days_in_stage(books: Books) -> Iterator[Fact]:
    """Days from entering a stage to leaving it / stays ended, by the day the stage was left."""
    for visit in _first_visits(books):
        if visit.entered_date and visit.left_date:
            days = Decimal((visit.left_date - visit.entered_date).days)
            for dimensions in _visit_dimensions(books, visit, visit.left_date):
                yield Fact(visit.left_date, dimensions, days, ONE)


def pipeline_velocity(books: Books) -> Iterator[Fact]:
    """Revenue / average sales cycle of the won deals."""
    for part in won(books):
        days, cases = ZERO, ZERO
        if part.deals and part.deal.cycle_days is not None:
            days, cases = Decimal(part.deal.cycle_days), ONE
        yield Fact(part.deal.close_date, part.dimensions, part.amount, days, cases)


def pipeline_created(books: Books) -> Iterator[Fact]:
    """Amount of the deals created: as closed, or as the open ones are on `as_of_date`."""
    as_of_date = books.settings.as_of_date
    history = history_of(books)
    for deal in books.deals.values():
        is_lost_track_of = (deal.is_won or deal.is_closed) and deal.close_date is None
        if not books.stands(deal) or deal.created_at is None or is_lost_track_of:
            continue
        day = books.local_date(deal.created_at)
        if books.is_closed(deal) and deal.close_date:
            amount = (deal.amount or ZERO) * books.rate(deal.currency, deal.close_date)
            yield Fact(day, books.deal_dimensions(deal, day), amount)
        else:
            now = replace(deal, owner=history.owner_on(deal, as_of_date))
            amount = history.amount_on(deal, as_of_date) * books.rate(deal.currency, as_of_date)
            yield Fact(day, books.deal_dimensions(now, day), amount)
