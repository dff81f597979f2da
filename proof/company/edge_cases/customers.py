"""Customers that come, stay, leave and return, planted in every seed (`as_of_date` is 2025-09-17
and the grace 30 days):

* **subscriptions**: a price that rises and falls; a gap of 29, 30 and 31 days; renewed on the next
  day; cancelled for good; ending on `as_of_date`, the day before, and so that the grace runs until
  `as_of_date` or has just passed; starting on it, and after it only; in pounds, kronor and a
  currency whose rate only Salesforce has; two products at once, of which one ends; of an account
  that never won a deal; beside deals, which then cover nothing; at the tabular record of an
  account that Salesforce has too; free of charge;
* **deals instead of subscriptions**: for twelve months; for the term of the deal; renewed within
  the grace; churned and returned; two that overlap;
* **lifecycle**: registered twice; activated on the last day of the window, a day later, before the
  registration, and never; cancelled with and without a reason; by an account alone;
* **surveys**: scores 6, 7, 8 and 9; two answers of one respondent in one month, and in two months;
  other scales; by e-mail only, in other case, of a known person and of a stranger; of nobody.
"""

from decimal import Decimal

from proof.company.edge_cases.planter import Planter


def plant_customers(plant: Planter) -> None:
    """Plants customers' stretches, lifecycle events and survey responses."""
    _subscriptions(plant)
    _ends_near_the_as_of_date(plant)
    _deals_as_cover(plant)
    _lifecycle(plant)
    _surveys(plant)


def _customer(plant: Planter, name: str, **fields: str) -> str:
    """An account that won its first deal on 1 September 2023."""
    account = plant.account(name, **fields)
    plant.deal("2023-09-01", account)
    return account


def _subscriptions(plant: Planter) -> None:
    prices = _customer(plant, "Ups And Downs")
    plant.subscription(prices, "2023-09-01", "2024-02-29", "100")
    plant.subscription(prices, "2024-03-01", "2024-08-31", "150")
    plant.subscription(prices, "2024-09-01", None, "120")
    for name, returned in (
        ("Gap of 29 days", "2024-04-30"),
        ("Gap of 30 days", "2024-05-01"),
        ("Gap of 31 days", "2024-05-02"),
    ):
        account = _customer(plant, name)
        plant.subscription(account, "2023-09-01", "2024-03-31", "200")
        plant.subscription(account, returned, None, "220")
    renewed = _customer(plant, "Next Day Renewal")
    plant.subscription(renewed, "2023-09-01", "2024-08-31", "90")
    plant.subscription(renewed, "2024-09-01", "2025-12-31", "90")
    plant.subscription(_customer(plant, "Gone For Good"), "2023-09-01", "2024-08-31", "75")
    pounds = _customer(plant, "Pound Shop", country="United Kingdom")
    plant.subscription(pounds, "2023-09-15", "2024-03-31", "100", currency="GBP")
    plant.subscription(pounds, "2024-04-01", None, "100", currency="GBP")
    plant.subscription(_customer(plant, "Kronor AB"), "2024-01-01", None, "1000", currency="SEK")
    plant.subscription(_customer(plant, "Fjord AS"), "2024-01-01", None, "1000", currency="NOK")
    both = _customer(plant, "Two Of A Kind")
    plant.subscription(both, "2023-09-01", None, "60", product="tabular:ST-100")
    plant.subscription(both, "2024-01-15", "2024-10-14", "40", product="tabular:FL-50")
    plant.subscription(plant.account("Never Won A Deal"), "2024-02-01", "2025-01-31", "55")
    beside = _customer(plant, "Deals Beside It")
    plant.subscription(beside, "2023-10-01", "2023-12-31", "45")
    plant.deal("2024-06-03", beside, amount=Decimal(2400))
    shared = {"organisation": "both-books.example", "domain": "both-books.example"}
    in_salesforce = plant.account("Both Books", "salesforce", **shared)
    plant.deal("2024-01-10", in_salesforce, system="salesforce")
    plant.subscription(plant.account("Both Books BV", **shared), "2024-02-01", "2024-12-31", "80")
    plant.subscription(_customer(plant, "Free Of Charge"), "2024-01-01", "2024-06-30", "0")


def _ends_near_the_as_of_date(plant: Planter) -> None:
    for name, ended in (
        ("Ends today", "2025-09-17"),
        ("Ended yesterday", "2025-09-16"),
        ("Grace ends today", "2025-08-18"),
        ("Grace ended yesterday", "2025-08-17"),
    ):
        plant.subscription(_customer(plant, name), "2024-01-01", ended, "30")
    plant.subscription(_customer(plant, "Starts today"), "2025-09-17", None, "31")
    plant.subscription(_customer(plant, "Starts tomorrow"), "2025-09-18", None, "32")
    back = _customer(plant, "Back in the grace, later")
    plant.subscription(back, "2024-01-01", "2025-09-05", "33")
    plant.subscription(back, "2025-09-25", None, "34")


def _deals_as_cover(plant: Planter) -> None:
    year = plant.account("One Year Only")
    plant.deal("2023-05-15", year, amount=Decimal(1200))
    term = plant.account("Two Year Term")
    plant.deal("2023-05-15", term, amount=Decimal(2400), contract_term_months=24)
    renewed = plant.account("Late Renewal")
    plant.deal("2023-05-15", renewed, amount=Decimal(1200))
    plant.deal(
        "2024-06-10",
        renewed,
        amount=Decimal(1800),
        as_written={"revenue_type": "prolongation"},
        revenue_type="renewal",
    )
    returned = plant.account("Left And Returned")
    plant.deal("2023-02-15", returned, amount=Decimal(1200))
    plant.deal("2024-09-16", returned, amount=Decimal(600), contract_term_months=6)
    plant.deal("2025-07-15", returned, amount=Decimal(600), contract_term_months=6)
    overlap = plant.account("More Of It")
    plant.deal("2024-01-31", overlap, amount=Decimal(1200))
    plant.deal("2024-04-30", overlap, amount=Decimal(1200), contract_term_months=1)


def _lifecycle(plant: Planter) -> None:
    account = plant.account("Life Cycles")
    twice = plant.person(account)
    plant.lifecycle("registered", "2024-03-04T09:00:00", twice, account=account)
    plant.lifecycle("registered", "2024-04-04T09:00:00", twice, account=account)
    for activated in ("2024-03-19T22:30:00", "2024-03-19T23:30:00", "2024-03-01T09:00:00", None):
        # Registered on 5 March local time: the window ends with 19 March.
        person = plant.person(account)
        plant.lifecycle("registered", "2024-03-05T12:00:00", person, account=account)
        if activated:
            plant.lifecycle("activated", activated, person, account=account)
    plant.lifecycle("cancelled", "2024-09-03T09:00:00", twice, account=account, reason="Price")
    plant.lifecycle("cancelled", "2024-09-30T22:30:00", twice, account=account)
    plant.lifecycle(
        "cancelled", "2024-10-08T09:00:00", None, account=account, reason=" Price ".strip()
    )
    plant.lifecycle("registered", "2025-09-12T09:00:00", plant.person(account), account=account)
    plant.lifecycle("registered", "2025-09-18T09:00:00", plant.person(account), account=account)


def _surveys(plant: Planter) -> None:
    account = plant.account("Survey Says", country="Ireland")
    for score in ("6", "7", "8", "9", "0", "10"):
        plant.survey("2024-03-12T10:00:00", score, account=account, person=plant.person(account))
    changed = plant.person(account)
    plant.survey("2024-04-02T10:00:00", "2", account=account, person=changed)
    plant.survey("2024-04-29T10:00:00", "10", account=account, person=changed)
    plant.survey("2024-05-03T10:00:00", "6", account=account, person=changed)
    by_mail = plant.person(account, email="mia.mail@survey-says.example")
    plant.survey("2024-04-03T10:00:00", "3", account=account, person=by_mail)
    plant.survey(
        "2024-04-04T10:00:00",
        "9",
        email="mia.mail@survey-says.example",
        as_written={"email": " Mia.Mail@Survey-Says.example"},
    )
    for at in ("2024-04-08T10:00:00", "2024-04-09T10:00:00"):
        plant.survey(at, "8", email="stranger@survey-says-nobody.example")
    for at in ("2024-04-10T10:00:00", "2024-04-11T10:00:00"):
        plant.survey(at, "1")
    for survey_type, low, high, score in (
        ("csat", 1, 5, "4"),
        ("csat", 0, 100, "75"),
        ("ces", 1, 7, "1"),
        ("ces", 1, 7, "7"),
    ):
        plant.survey(
            "2024-05-14T10:00:00",
            score,
            survey_type=survey_type,
            scale_min=Decimal(low),
            scale_max=Decimal(high),
            account=account,
            person=plant.person(account),
        )
    # Late on the last local day of a month, and early on the first of the next.
    plant.survey("2024-05-31T21:59:59", "6", account=account, person=plant.person(account))
    plant.survey("2024-05-31T22:00:00", "9", account=account, person=plant.person(account))
    plant.survey("2025-09-18T09:00:00", "0", account=account, person=plant.person(account))
