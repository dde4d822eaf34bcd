"""What is expected of each open opportunity, told one by one."""

from typing import Any, Final

import numpy as np

from insight.forecast.deals import CLOSED, COLUMNS, Deals, day_of_number
from insight.forecast.expectation import Expectation
from insight.forecast.report import Expected
from insight.forecast.rolling import money

CHANCES: Final = {
    "p_won": "won",
    "p_won_before": "earlier",
    "p_lost": "lost",
    "p_expired": "expired",
    "p_withdrawn": "withdrawn",
    "p_open": "still",
}


def opportunities(deals: Deals, expected: Expectation) -> list[Expected]:
    """Every open opportunity that is not assumed to have ended, the most valuable first."""
    stage = deals.past.at(deals.instant).stage
    owner, owners = deals.words("owner")
    process, processes = deals.words("process")
    coin = [expected.coins[code] for code in expected.coin]
    found = []
    for i in np.flatnonzero(deals.column[deals.open] > CLOSED):
        at, amount = deals.closed + int(i), float(deals.amount[deals.closed + i])
        known = not np.isnan(amount)
        told: dict[str, Any] = {
            name: float(getattr(expected, column)[i]) for name, column in CHANCES.items()
        }
        found.append(
            Expected(
                id=deals.ids[at],
                owner=owners[owner[at]] or None,
                process=processes[process[at]],
                stage=deals.past.texts[stage[i]],
                column=COLUMNS[deals.column[at]],
                close_date=day_of_number(deals.close[at]),
                amount=money(amount) if known else None,
                currency=deals.currencies[deals.currency[at]] or None,
                value=money(expected.won[i] * expected.worth[i]) if coin[i] else None,
                value_currency=coin[i] or None,
                **told,
            )
        )
    return sorted(found, key=lambda each: (-(each.value or 0), -each.p_won, each.id))
