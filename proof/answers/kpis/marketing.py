"""The true marketing KPIs: e-mail, web, and what they have to do with deals."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from proof.answers.books.as_of import NONE, ZERO, Books, ClosedDeal, Dimensions, named
from proof.answers.books.marketing import (
    MODELS,
    Message,
    Session,
    Touch,
    marketing_of,
    weights,
)
from proof.answers.books.plans import plans_of
from proof.answers.kpis.revenue import ONE, when
from proof.answers.rollup import Fact

TOUCHED = ("channel", "campaign", "content")

# --- e-mail ---------------------------------------------------------------------------------------


def _of_mail(one: Message) -> Dimensions:
    message = one.message
    return named(
        email_campaign=message.campaign,
        email_type=message.email_type,
        content=one.content,
        rep=message.rep,
    )


def _share(
    books: Books, is_counted: Callable[[Message], bool], of_delivered: bool
) -> Iterator[Fact]:
    """The messages for which something holds, of all sent or of all delivered."""
    for one in marketing_of(books).messages:
        if one.is_delivered or not of_delivered:
            yield Fact(one.day, _of_mail(one), when(is_counted(one), ONE), ONE)


def email_delivery_rate(books: Books) -> Iterator[Fact]:
    """Messages delivered / messages sent."""
    return _share(books, lambda one: one.is_delivered, of_delivered=False)


def email_bounce_rate(books: Books) -> Iterator[Fact]:
    """Messages bounced / messages sent."""
    return _share(books, lambda one: "bounce" in one.happened, of_delivered=False)


def email_open_rate(books: Books) -> Iterator[Fact]:
    """Messages opened at least once / messages delivered."""
    return _share(books, lambda one: "open" in one.happened, of_delivered=True)


def email_click_rate(books: Books) -> Iterator[Fact]:
    """Messages clicked at least once / messages delivered."""
    return _share(books, lambda one: "click" in one.happened, of_delivered=True)


def email_reply_rate(books: Books) -> Iterator[Fact]:
    """Messages replied to / messages delivered."""
    return _share(books, lambda one: "reply" in one.happened, of_delivered=True)


def email_unsubscribe_rate(books: Books) -> Iterator[Fact]:
    """Messages that led to an unsubscribe / messages delivered."""
    return _share(books, lambda one: "unsubscribe" in one.happened, of_delivered=True)


# --- web ------------------------------------------------------------------------------------------


def _of_web(one: Session) -> Dimensions:
    return named(
        channel=one.channel,
        campaign=one.campaign,
        source_medium=one.source_medium,
        landing_page=one.session.landing_page,
        market=one.market,
    )


def web_sessions(books: Books) -> Iterator[Fact]:
    """Sessions."""
    for one in marketing_of(books).sessions:
        yield Fact(one.day, _of_web(one), ONE)


def engaged_session_rate(books: Books) -> Iterator[Fact]:
    """Engaged sessions / sessions."""
    for one in marketing_of(books).sessions:
        yield Fact(one.day, _of_web(one), when(one.session.is_engaged, ONE), ONE)


def session_to_lead_rate(books: Books) -> Iterator[Fact]:
    """Sessions in which a lead was created / sessions."""
    for one in marketing_of(books).sessions:
        yield Fact(one.day, _of_web(one), when(one.is_lead_created, ONE), ONE)


# --- deals ----------------------------------------------------------------------------------------


def _won(books: Books) -> Iterator[ClosedDeal]:
    return (deal for deal in books.closed_deals if deal.is_won)


def attributed_shares(books: Books, model: str) -> Iterator[tuple[ClosedDeal, Touch, Decimal]]:
    """The touches of each won deal that have a weight by a model."""
    marketing = marketing_of(books)
    for deal in _won(books):
        touches = marketing.touches(deal)
        for touch, weight in zip(touches, weights(model, len(touches)), strict=True):
            if weight:
                yield deal, touch, weight


def attributed_revenue(books: Books) -> Iterator[Fact]:
    """Revenue x attribution weight, by each model."""
    for deal in _won(books):
        yield Fact(deal.close_date, {"total": "total"}, deal.amount)
    for model in MODELS:
        for deal, touch, weight in attributed_shares(books, model):
            dimensions = {f"{name}__{model}": getattr(touch, name) or NONE for name in TOUCHED}
            yield Fact(deal.close_date, dimensions, deal.amount * weight)


def marketing_roi(books: Books) -> Iterator[Fact]:
    """(Attributed revenue - marketing cost) / marketing cost, by the linear model."""
    for deal, touch, weight in attributed_shares(books, "linear"):
        dimensions = named(channel=touch.channel, campaign=touch.campaign)
        yield Fact(deal.close_date, dimensions, deal.amount * weight, ZERO)
    for cost in plans_of(books).marketing_costs:
        yield Fact(cost.day, cost.dimensions, -cost.amount, cost.amount)


def content_influence(books: Books) -> Iterator[Fact]:
    """Won deals whose people touched the content before the close / won deals."""
    marketing = marketing_of(books)
    names = ("content", "content_type", "channel")
    seen: dict[str, set[str]] = {name: set() for name in names}
    for touches in marketing.content_touches.values():
        for touch in touches:
            for name in names:
                seen[name].add(getattr(touch, name))
    for deal in _won(books):
        touches = marketing.content_of(deal)
        yield Fact(deal.close_date, {"total": "total"}, when(bool(touches), ONE), ONE)
        for name in names:
            touched = {getattr(touch, name) for touch in touches}
            for value in seen[name]:
                yield Fact(deal.close_date, {name: value}, when(value in touched, ONE), ONE)
