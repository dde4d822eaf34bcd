"""`closeline account survey`: ask the customer, record what they answer, list both."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from typer import Argument, Option, Typer

from starter.commands.common import AccountId, Shown, Where
from starter.commands.saying import Said
from starter.commands.spreading import command

if TYPE_CHECKING:
    from ledger.ledger import Ledger

app = Typer(no_args_is_help=True, help="Surveys: ask, record an answer, list.")

COLUMNS: Final = (
    *("account", "survey", "survey_id", "why", "about", "asked_at", "status", "answers", "scores"),
)
Kind = Annotated[
    Literal["csat", "nps"], Option(help="How satisfied they are, or would they recommend us.")
]


@command(app, "ask", "closeline account survey ask acme --survey nps")
async def ask(
    id: AccountId,
    survey: Kind,
    about: Annotated[str | None, Option(help="What it is about, by its id.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Ask the customer out of turn; whoever looks after the account is told to do so."""
    client = await where.client()
    fields = {"survey": survey, "about": about}
    await said.say(shown, client.say_to_account, id, "ask_survey", **fields)


@command(
    app,
    "answer",
    "closeline account survey answer acme --survey nps --score 9 \\",
    "  --respondent kim --comment 'we would not go back'",
)
async def answer(
    id: AccountId,
    survey: Kind,
    score: Annotated[int, Option(help="From 1 to 5 (csat), or from 0 to 10 (nps).")],
    survey_id: Annotated[
        str | None, Option(help="Which survey it answers; the one that waits if absent.")
    ] = None,
    respondent: Annotated[str | None, Option(help="Who answers, by an opaque id.")] = None,
    comment: Annotated[str | None, Option(help="In their own words.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Record what somebody at the customer's answered."""
    client = await where.client()
    fields = {"survey": survey, "score": score, "survey_id": survey_id}
    fields |= {"respondent": respondent, "comment": comment}
    await said.say(shown, client.say_to_account, id, "record_survey_answer", **fields)


@command(app, "list", "closeline account survey list acme")
async def list_(
    id: Annotated[str | None, Argument(metavar="[ID]", help="Of this account alone.")] = None,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """List the surveys that were asked and what came of them, as the ledger knows it."""
    shown.table(await where.ask(lambda ledger: [*_surveys(ledger, id)]), COLUMNS)


def _surveys(ledger: "Ledger", id: str | None) -> Iterator[dict[str, Any]]:
    from insight.satisfaction import KINDS

    found: dict[tuple[str, str], dict[str, Any]] = {}
    with ledger.account_facts(KINDS) as stream:
        for account, fact in (each for some in stream for each in some):
            if id not in (None, account):
                continue
            data = fact.data
            row = found.setdefault(
                (account, data.get("survey_id", f"{data['survey']} unasked")),
                {
                    "account": account,
                    **{name: data.get(name) for name in ("survey", "survey_id", "why", "about")},
                    "asked_at": fact.occurred_at if fact.kind == "survey_asked" else None,
                    "status": "waiting" if fact.kind == "survey_asked" else "unasked",
                    "scores": [],
                },
            )
            if fact.kind == "survey_lapsed":
                row["status"] = "lapsed"
            elif fact.kind == "survey_answered":
                row["scores"] = [*row["scores"], data["score"]]
                row["status"] = "answered" if "first" in data else row["status"]
    yield from ({**row, "answers": len(row["scores"])} for row in found.values())
