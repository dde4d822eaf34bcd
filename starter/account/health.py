"""`closeline account health`: how well an account is and why, and all that is reported of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from typer import Option, Typer

from sales.account.health.state import Band
from starter.account.known import known
from starter.account.reporting import app as reporting
from starter.commands.common import AccountId, Shown, Where
from starter.commands.failing import warn
from starter.commands.saying import Said
from starter.commands.spreading import command
from starter.insight.common import AsOf
from starter.output import print_json, print_record, print_table

if TYPE_CHECKING:
    from insight.health import Told
    from ledger.ledger import Ledger
    from sales.account.state import Account

app = Typer(no_args_is_help=True, help="Health: look at it, report, disagree, checkpoints.")

PARTS: Final = ("component", "weight", "value", "age_days", "decay", "share", "readings")
NUMBERS: Final = ("weight", "value", "age_days", "decay", "share")
SHARES: Final = ("days", "by", "which", "renewed", "n", "rate", "low", "high")
CHECKPOINTS: Final = ("contract", "term", "ends_at", "days", "last", "verdict", "missed")


@command(app, "show", "closeline account health show acme")
async def show(id: AccountId, *, shown: Shown, where: Where) -> None:
    """Show how well an account is now, part by part, what caps it and who sees it otherwise.

    From its running workflow, else from the ledger. The score is the sum of
    the shares, unless a veto caps it; what nothing is known of counts nothing.
    """
    state = await known(id, where)
    told = _view(state, datetime.now(UTC))
    if other := state.health.disagreement:
        told["disagreement"] = await where.ask(lambda ledger: _said(ledger, id, other._asdict()))
    if shown.json:
        print_json(told)
        return
    parts, checkpoints = told.pop("components"), told.pop("checkpoints")
    print_record(told)
    print()
    print_table(parts, PARTS, NUMBERS)
    if checkpoints:
        print()
        print_table(checkpoints, CHECKPOINTS)


@command(
    app,
    "disagree",
    "closeline account health disagree acme --band poor --actor jane \\",
    "  --reason 'their new head of IT does not answer'",
)
async def disagree(
    id: AccountId,
    reason: Annotated[str, Option(help="Why, in words.")],
    band: Annotated[Band | None, Option(help="The band it should have.")] = None,
    score: Annotated[str | None, Option(help="Or the score, from 0 to 1.")] = None,
    until: Annotated[str | None, Option(help="Until when that stands, as an instant.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Say that the health is another; it stands beside the score and never changes it."""
    client = await where.client()
    fields = {"reason": reason, "band": band, "score": score, "until": until}
    await said.say(shown, client.say_to_account, id, "disagree_on_health", **fields)


@command(app, "agree", "closeline account health agree acme --actor jane")
async def agree(id: AccountId, *, said: Said, shown: Shown, where: Where) -> None:
    """Take back the other opinion."""
    client = await where.client()
    await said.say(shown, client.say_to_account, id, "agree_on_health")


@command(app, "backtest", "closeline account health backtest --as-of 2027-06-30")
async def backtest(*, as_of: AsOf, shown: Shown, where: Where) -> None:
    """Show whether the health at a checkpoint has told who would leave.

    Over all accounts: which terms were renewed, by how the health was and by
    what somebody said, each with how many there were.
    """

    def asked(ledger: "Ledger") -> "list[Told]":
        from insight.health import backtest

        return backtest(ledger, as_of.instant(ledger.calendar()))

    found = await where.ask(asked)
    if shown.json:
        print_json(found)
        return
    print_table((row for each in found for row in _shares(each)), SHARES, SHARES[3:])
    for each in found:
        auc = f"AUC {each.auc:.2f} over {each.scored}" if each.auc is not None else each.note
        warn(f"{each.days} days before: {auc}; {each.open} still open")
    if not found:
        warn("no checkpoint has fallen due yet")


def _shares(each: "Told") -> Iterator[dict[str, Any]]:
    groups = {"band": each.by_band, "veto": each.by_veto, "verdict": each.by_verdict}
    for by, found in {"all": {"": each.renewed}, **groups}.items():
        for name, some in found.items():
            yield {
                "days": each.days,
                "by": by,
                "which": name,
                "renewed": int(some.part),
                "n": int(some.n),
                **{k: _short(getattr(some, k)) for k in ("rate", "low", "high")},
            }


app.registered_commands += reporting.registered_commands


def _view(state: "Account", now: datetime) -> dict[str, Any]:
    from sales.account.health.risks import risks
    from sales.account.health.scoring import explain

    found, held = explain(state, now), state.health
    return {
        "id": state.id,
        "health": found.band or "unknown",
        "score": _short(found.score),
        "raw": _short(found.raw),
        "vetoes": found.vetoes,
        "risks": risks(state),
        "missing": found.missing,
        "components": [
            {
                "component": each.name,
                "weight": each.weight,
                "value": _short(each.value),
                "age_days": each.age.days,
                "decay": each.decay,
                "share": _short(each.share),
                "readings": [f"{of.name} {of.value:.2f}" for of in each.readings],
            }
            for each in found.components
        ],
        "checkpoints": [
            {
                "contract": id_,
                "term": each.term,
                "ends_at": each.ends_at,
                "days": each.before / 86_400,
                "last": each.last,
                "verdict": each.verdict,
                "missed": each.reminded,
            }
            for id_, each in held.checkpoints.items()
        ],
        "checkpoints_missed": held.missed,
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _said(ledger: "Ledger", id: str, other: dict[str, Any]) -> dict[str, Any]:
    """The other opinion, with who it is and why, which only the journal keeps."""
    for fact in ledger.journal("account", id):
        if fact.sequence == other["sequence"] and fact.kind == "health_disagreed":
            return {**other, "by": fact.actor, "reason": fact.data["reason"]}
    return other
