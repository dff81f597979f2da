"""The changes of a deal's fields between its creation and its end."""

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from proof.company import world
from proof.company.records import Deal, DealChange

# Field, old value, new value.
Step = tuple[str, str | None, str | None]


def stage_steps(rng: Random, deal: Deal, process: world.Process) -> list[Step]:
    """The stages that the deal has passed; a closed one went so far by chance."""
    is_open = deal.stage in process.open
    reached = process.open.index(deal.stage) if is_open else rng.randrange(1, len(process.open))
    path = [*process.open[: reached + 1], *([] if is_open else [deal.stage])]
    return [("stage", old, new) for old, new in itertools.pairwise(path)]


def dated_changes(
    deal: Deal, steps: Sequence[Step], end: datetime, key: Callable[[int], str]
) -> list[DealChange]:
    """The steps at even distances, the last one at `end`; `key` gives the key of the n-th."""
    if deal.created_at is None:
        return []
    span = max((end - deal.created_at).total_seconds(), len(steps) + 1)
    return [
        DealChange(
            key=key(n),
            deal=deal.key,
            changed_at=deal.created_at + timedelta(seconds=round(span * n / len(steps))),
            changed_field=changed_field,
            old_value=old,
            new_value=new,
            modified_at=deal.modified_at,
        )
        for n, (changed_field, old, new) in enumerate(steps, start=1)
    ]
