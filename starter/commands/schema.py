"""`closeline schema`: the contract, as JSON Schemas."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option, Typer

from starter.commands.common import Shown
from starter.commands.failing import Refusal
from starter.commands.spreading import command
from starter.output import print_json

app = Typer()


@command(app, "schema", "closeline schema messages/opportunity/extend")
async def schema(
    name: Annotated[
        str | None, Argument(help="Which document, such as facts/account/refused; all if absent.")
    ] = None,
    out: Annotated[
        Path | None, Option(help="Write every document into this folder, and an index.")
    ] = None,
    *,
    shown: Shown,
) -> None:
    """Tell the JSON Schemas of messages, facts, receipts and answers."""
    from starter.contract.documents import documents
    from starter.contract.pages import write

    if out:
        changed = write(out)
        shown.record({"folder": str(out), "changed": changed})
        return
    found = documents()
    if name is not None and name not in found:
        raise Refusal("name", "unknown_document", "`closeline schema` lists them")
    if name is not None:
        print_json(found[name])
    elif shown.json:
        print_json(found)
    else:
        rows = [
            {"document": place, "says": each["description"].partition("\n\n")[0]}
            for place, each in found.items()
        ]
        shown.table(rows, ("document", "says"))
