"""Every document of the contract by its place: what may be said, what happened, what is told."""

from collections.abc import Mapping
from typing import Any, Final, get_type_hints

from pydantic import ConfigDict, TypeAdapter, create_model

from ledger.notices import id_of
from ledger.rows import NoticeRow
from sales.account.messages import ACCOUNT_KINDS
from sales.account.shapes import ACCOUNT_SHAPES
from sales.account.state import Child
from sales.clocks import Running, running
from sales.entry_shapes import ENTRY_SHAPES
from sales.facts import Fact
from sales.messages import KINDS, Message
from sales.noticed import noticed
from sales.opening import Request
from sales.opportunity import Refusal
from sales.outcome import OutcomeRecord, record_of
from sales.pool.messages import POOL_KINDS
from sales.pool.shapes import POOL_SHAPES
from sales.pool.viewing import LeaseView, RequestView, lease_views, queue_views
from sales.receipt import Receipt
from sales.shapes import SHAPES
from sales.values import Model
from starter.contract import examples, examples_of_pools, said
from starter.contract.dialect import BASE, DRAFT, Schema, kept, patched, taken, told
from workflows.carrying import AccountStart, PoolStart

Documents = dict[str, Schema]

AMENDS: Final = frozenset({"messages/opportunity/amend", "facts/opportunity/amended"})
"""Whose maps are merge patches."""


def documents() -> Documents:
    """All of them, in the order of the index."""
    life, _ = examples.an_opportunity()
    account_life, _ = examples.an_account()
    pool_life, _ = examples_of_pools.a_pool()
    found = {
        **_messages("opportunity", KINDS, said.SAID),
        **_messages("account", ACCOUNT_KINDS, said.SAID_TO_ACCOUNT),
        **_messages("pool", POOL_KINDS, examples_of_pools.SAID_TO_POOL),
        **_facts("opportunity", SHAPES, life.facts),
        **_facts("account", ACCOUNT_SHAPES, account_life.facts),
        **_facts("pool", POOL_SHAPES, pool_life.facts),
        **_entries(),
        **_starts(),
        **_answers(),
        **_answers_of_pools(),
        **_notices(),
    }
    return {place: _placed(place, schema) for place, schema in found.items()}


def _placed(place: str, schema: Schema) -> Schema:
    first = {"title": place.rpartition("/")[2], "description": schema["description"]}
    behind: tuple[str, ...] = ("examples", "$defs")
    last = {name: schema[name] for name in behind if name in schema}
    rest = {name: each for name, each in schema.items() if name not in first | last}
    return {"$schema": DRAFT, "$id": f"{BASE}{place}.json", **first, **rest, **last}


def _messages(to: str, kinds: Mapping[str, type[Message]], said: Mapping[str, Any]) -> Documents:
    """The argument of each signal, and what `submit` takes: any of them, naming its kind."""
    found: Documents = {}
    for kind, model in kinds.items():
        place = f"messages/{to}/{kind}"
        schema = patched(taken(model)) if place in AMENDS else taken(model)
        schema["description"] += f"\n\n{_doc(Message)}"
        schema["properties"]["kind"].pop("default")
        example = examples.stamped(kind, said[kind])
        found[place] = {**schema, "examples": [example]}
    found[f"messages/{to}/submit"] = {
        "description": f"What the update `submit` of {_a(to)} takes: any message, with its `kind`.",
        "required": ["kind"],
        "oneOf": [{"$ref": f"{kind}.json"} for kind in kinds],
        "examples": [
            {"kind": kind, **examples.stamped(kind, said[kind])} for kind in list(kinds)[:1]
        ],
    }
    return found


def _facts(of: str, shapes: Mapping[str, type[Model]], made: Mapping[str, Fact]) -> Documents:
    """The whole fact, as histories and queries carry it; the ledger has a column for each field."""
    found: Documents = {}
    for kind, shape in shapes.items():
        place, schema, data = f"facts/{of}/{kind}", told(Fact), kept(shape)
        data = patched(data) if place in AMENDS else data
        defs = {"$defs": shared} if (shared := data.pop("$defs", None)) else {}
        data.pop("title")
        schema["properties"] |= {"kind": {"const": kind, "type": "string"}, "data": data}
        schema["additionalProperties"] = False
        schema["description"] = f"{data.pop('description')}\n\n{_doc(Fact)}"
        found[place] = {**schema, **defs, "examples": [plain(made[kind])]}
    return found


def _entries() -> Documents:
    """What is said straight to the ledger, a folder for each kind of subject."""
    made, found = examples.entries(), Documents()
    for subject, shapes in ENTRY_SHAPES.items():
        found |= _facts(subject, shapes, made)
    return found


def _starts() -> Documents:
    """What a workflow is started with by somebody who goes to the server directly."""
    request = {"account_id": "acme", "opening": said.OPENING}
    return {
        "starts/opportunity": {**taken(Request), "examples": [request]},
        "starts/account": {
            **taken(AccountStart),
            "examples": [{"account_id": "acme", "name": "Acme Corp"}],
        },
        "starts/pool": {**taken(PoolStart), "examples": [{"pool_id": "engineers"}]},
    }


def _answers() -> Documents:
    """What is told at once, at the end, and when asked. `state` follows the rules' own version
    and is no part of the contract."""
    (life, state), (account_life, account) = examples.an_opportunity(), examples.an_account()
    begun, first = examples.beginning()
    journal = [{"$ref": f"../facts/opportunity/{kind}.json"} for kind in SHAPES]
    receipts = [life.receipts[0], account_life.receipts[0], life.receipts[-1]]
    record = told(OutcomeRecord)
    record["required"] = [n for n, each in OutcomeRecord.model_fields.items() if each.is_required()]
    record["properties"]["reset_refused"] = {"const": True, "type": "boolean"}
    return {
        "answers/receipt": {**told(Receipt), "examples": [plain(each) for each in receipts]},
        "answers/outcome_record": {**record, "examples": [record_of(state)]},
        "answers/journal": {
            "description": "The latest facts of this run of an opportunity, the oldest first.",
            "type": "array",
            "items": {"oneOf": journal},
            "examples": [[plain(first)]],
        },
        "answers/deadlines": {
            "description": "Every clock that runs, the next one first.",
            "type": "array",
            "items": told(_record(Running)),
            "examples": [[plain(each._asdict()) for each in running(begun)[:1]]],
        },
        "answers/refusals": {
            "description": "The latest refusals of an opportunity or an account.",
            "type": "array",
            "items": told(_record(Refusal)),
            "examples": [[plain(each._asdict()) for each in account.refused]],
        },
        "answers/opportunities": {
            "description": "The open opportunities of an account, by id.",
            "type": "object",
            "additionalProperties": told(_record(Child)),
            "examples": [{key: plain(each._asdict()) for key, each in account.open.items()}],
        },
    }


def _answers_of_pools() -> Documents:
    """What a pool tells of itself when asked."""
    pool, at = examples_of_pools.a_busy_pool()
    return {
        "answers/leases": {
            "description": "Every live lease of a pool, the one that ends first coming first.",
            "type": "array",
            "items": told(_record(LeaseView)),
            "examples": [[plain(each._asdict()) for each in lease_views(pool)]],
        },
        "answers/queue": {
            "description": "Every request that a pool has waiting, in the order of their turn.",
            "type": "array",
            "items": told(_record(RequestView)),
            "examples": [[plain(each._asdict()) for each in queue_views(pool, at)]],
        },
    }


def _notices() -> Documents:
    """What channels are given, and what the feed tells."""
    life, state = examples.an_opportunity()
    fact = life.facts["warned"]
    (said,) = noticed("opportunity", fact)
    row = NoticeRow(
        id=id_of("opportunity", state.id, fact.sequence, fact.digest(), 0),
        cursor=fact.recorded_at,
        at=fact.occurred_at,
        what=said.what,
        words=said.words,
        to=state.owner,
        due=said.due,
        subject="opportunity",
        subject_id=state.id,
        account_id=state.account_id,
        sequence=fact.sequence,
        kind=fact.kind,
    )
    return {"answers/notice": {**told(NoticeRow), "examples": [plain(row)]}}


def _record(form: type[Any]) -> type[Any]:
    """The named tuple as it is told, by the names of its fields."""
    fields: dict[str, Any] = {name: (hint, ...) for name, hint in get_type_hints(form).items()}
    exact = ConfigDict(extra="forbid")
    made: type[Any] = create_model(form.__name__, __config__=exact, __doc__=form.__doc__, **fields)
    return made


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _doc(form: type[Any]) -> str:
    return " ".join((form.__doc__ or "").split())


def plain(value: Any) -> Any:
    """The value as the wire carries it."""
    return TypeAdapter(type(value)).dump_python(value, mode="json")
