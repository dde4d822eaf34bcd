"""Saying something: what every message says of itself, and the receipt that comes back."""

import asyncio
import dataclasses
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from typer import Option

from starter.commands.common import Shown
from starter.commands.failing import REFUSED, Refusal, end

if TYPE_CHECKING:
    from sales.receipt import Receipt

ANSWER_SECONDS: Final = 30.0
"""How long a command waits for a worker's answer."""


@dataclass(frozen=True)
class Said:
    """What every message may say of itself."""

    event_id: Annotated[
        str | None,
        Option(help="Names the event: told twice it counts once. Made up where absent."),
    ] = None
    occurred_at: Annotated[
        str | None, Option(help="When it happened, such as 2026-03-01T09:30:00Z. Now if absent.")
    ] = None
    actor: Annotated[str | None, Option(help="Who says it.")] = None
    note: Annotated[str | None, Option(help="Why, in words.")] = None

    async def say(
        self, shown: Shown, send: "Callable[..., Awaitable[Receipt]]", *to: str, **fields: Any
    ) -> None:
        """Send the fields that hold something, and show the receipt; a refusal ends the command."""
        from settings import Unreachable

        said = {name: value for name, value in fields.items() if value not in (None, {}, [], ())}
        said |= dataclasses.asdict(self)
        said["event_id"] = self.event_id or str(uuid.uuid4())
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                receipt = await send(*to, **said)
        except TimeoutError as error:
            raise Unreachable(
                f"no worker has answered within {ANSWER_SECONDS:.0f} seconds; "
                f"say it again with --event-id {said['event_id']}, and it counts once"
            ) from error
        made_up = self.event_id is None
        _show(shown, dataclasses.replace(receipt, event_id_made_up=made_up))


def _show(shown: Shown, receipt: "Receipt") -> None:
    record = {each.name: getattr(receipt, each.name) for each in dataclasses.fields(receipt)}
    if shown.json:
        shown.record(record)
    if not receipt.accepted:
        end(REFUSED, f"refused: {_refusal(receipt)}")
    if not shown.json:
        hide = {"accepted", "event_id_made_up", *(() if receipt.duplicate else ("duplicate",))}
        event = f"{receipt.event_id} (made up)" if receipt.event_id_made_up else receipt.event_id
        shown.record({**{k: v for k, v in record.items() if k not in hide}, "event_id": event})


def _refusal(receipt: "Receipt") -> Refusal:
    rule = receipt.rule or "refused"
    if receipt.field is None:
        again = "this event was refused before; a new attempt needs a new id"
        return Refusal("event_id", rule, again)
    return Refusal(receipt.field, rule, receipt.detail)
