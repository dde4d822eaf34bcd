"""The contract as files: one JSON document a thing, and a page that lists them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from starter.contract.dialect import BASE
from starter.contract.documents import Documents, documents

FOLDER: Final = Path("docs/contract/v1")
"""Where they are kept, seen from the root of the repository."""
_ABOUT: Final = f"""# The contract, version 1

JSON Schemas (draft 2020-12) of everything that crosses the wire, written from the models by
`closeline schema --out docs/contract/v1`. Their `$id` begins with `{BASE}`, which is a name and
no address; the examples in them are checked.

- **Say** what the schemas of messages allow. They tell what is read as a message; whether its
  rules hold is decided then, and told by a receipt. An event is named by its `event_id`.
- **Read** what the schemas of facts and answers tell, and pass over fields you do not know: a new
  optional field may come in this version. Nothing is renamed, and what is there keeps its meaning.
- As a signal's argument `kind` may be left out, for the signal's name says it.
- Not part of the contract: the query `state`, which follows the rules' own version.
"""


def pages() -> dict[str, str]:
    """The text of every file, by its path."""
    found = documents()
    texts = {f"{place}.json": rendered(schema) for place, schema in found.items()}
    return {"README.md": "\n".join(_index(found)) + "\n", **texts}


def rendered(schema: object) -> str:
    """The same text for the same schema, every time."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write(folder: Path) -> list[str]:
    """Write every file that is not there as it should be; the paths of those."""
    changed = []
    for path, text in pages().items():
        file = folder / path
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def _index(found: Documents) -> Iterator[str]:
    yield _ABOUT
    group = None
    for place, schema in found.items():
        folder, _, name = place.rpartition("/")
        if folder != group:
            yield f"{'' if group is None else chr(10)}## {folder}\n\n| | |\n|---|---|"
            group = folder
        about = schema["description"].partition("\n\n")[0].replace("\n", " ")
        yield f"| [`{name}`]({place}.json) | {about} |"
