"""Risks: what an attentive manager would say of an account. Computed, never typed."""

from sales.account.health.checkpoints import LOSING, watched
from sales.account.state import Account


def risks(state: Account) -> tuple[str, ...]:
    """The names of the risks that hold, in a fixed order: first the vetoes."""
    held, told = state.health, state.health.told
    latest = [each for _, each in watched(state)]
    verdicts = {each.verdict for each in latest} & LOSING
    found = {
        "poor_health": told is not None and told.band == "poor",
        "disagreed": held.disagreement is not None,
        "checkpoint_missed": any(each.reminded and not each.verdict for each in latest),
        **{verdict: verdict in verdicts for verdict in sorted(LOSING)},
    }
    vetoes = told.vetoes if told else ()
    return (*vetoes, *(name for name, holds in found.items() if holds))
