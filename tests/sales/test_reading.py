"""Whatever comes in is read: as a message, or as one that says what was wrong with it."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic_core import from_json, to_json

from sales.clipping import KEPT, clipped
from sales.messages import KINDS, Amend, Extend, Malformed
from sales.reading import read
from tests.sales.anything import JUNK

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("kind", "body", "field", "rule"),
    [
        ("no_such_kind", {}, "kind", "unknown_kind"),
        (None, {}, "kind", "unknown_kind"),
        ("unpark", None, "body", "one_json_object"),
        ("unpark", [], "body", "one_json_object"),
        ("unpark", {"surplus": 1}, "surplus", "unknown_field"),
        ("change_stage", {}, "stage", "required"),
        ("change_stage", {"stage": "Not a Code"}, "stage", "malformed"),
        ("change_stage", {"stage": 7}, "stage", "string_type"),
        ("record_decision", {"decision": "maybe", "reasons": ["x"]}, "decision", "unknown_value"),
        ("record_decision", {"decision": "yes", "reasons": []}, "reasons", "required"),
        ("record_decision", {"decision": "no", "reasons": ["a"] * 6}, "reasons", "too_many"),
        ("record_engagement", {"origin": "us", "channel": "a"}, "origin", "unknown_value"),
        ("record_purchase", {"evidence": {"kind": "nod"}}, "evidence.kind", "unknown_value"),
        ("amend", {"amount": {"amount": 1.5, "currency": "EUR"}}, "amount.amount", "money_is_text"),
        ("amend", {"amount": {"amount": "-1", "currency": "EUR"}}, "amount.amount", "too_small"),
        (
            "amend",
            {"amount": {"amount": "1.23456", "currency": "EUR"}},
            "amount.amount",
            "too_precise",
        ),
        (
            "amend",
            {"amount": {"amount": "1", "currency": "XXX"}},
            "amount.currency",
            "unknown_currency",
        ),
        ("amend", {"name": ""}, "name", "required"),
        ("amend", {"name": "x" * 201}, "name", "too_long"),
        ("amend", {"name": "a\0b"}, "name", "malformed"),
        ("amend", {"stakeholders": {"a b": {}}}, "stakeholders.a b", "malformed"),
        ("amend", {"qualification": {"luck": {}}}, "qualification.luck", "unknown_value"),
        ("log_effort", {"hours": "nan"}, "hours", "not_a_decimal"),
        ("log_effort", {"hours": "1e3"}, "hours", "not_a_decimal"),
        ("withdraw", {"reason": "r", "source_seq": "7"}, "source_seq", "int_type"),
        ("change_stage", {"stage": "s", "override": "yes"}, "override", "bool_type"),
        ("log_effort", {"hours": -1}, "hours", "too_small"),
        ("extend", {"close_date": "2026-02-01"}, "reason", "required"),
        ("extend", {"close_date": "2026-02-01", "reason": ""}, "reason", "required"),
        ("correct", {"sequence": 0}, "sequence", "too_small"),
        ("correct", {"sequence": 2**60}, "sequence", "too_large"),
        ("unpark", {"event_id": ""}, "event_id", "required"),
        ("unpark", {"event_id": "x" * 201}, "event_id", "too_long"),
        ("unpark", {"sent_at": "2026-02-01T09:00:00"}, "sent_at", "needs_time_zone"),
        ("unpark", {"sent_at": 1769936400}, "sent_at", "not_a_datetime"),
        ("unpark", {"sent_at": "1769936400"}, "sent_at", "not_a_datetime"),
        ("unpark", {"sent_at": "0001-01-01T00:00:00Z"}, "sent_at", "out_of_range"),
    ],
)
def test_what_cannot_be_read_names_the_field_and_the_rule(
    kind: Any, body: Any, field: str, rule: str
) -> None:
    message = read(kind, body, KINDS)

    assert isinstance(message, Malformed)
    assert (message.field, message.rule) == (field, rule)


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("soon", "not_a_datetime"),
        ("20260302", "not_a_datetime"),
        (20260301, "not_a_datetime"),
        ("2026-13-01", "not_a_date"),
        ("2026-03-01T00:00:00", "needs_time_zone"),
        ("9999-12-31", "out_of_range"),
        ("1066-10-14", "out_of_range"),
        (None, "datetime_type"),
    ],
)
def test_a_day_is_never_guessed(written: Any, rule: str) -> None:
    message = read("extend", {"close_date": written, "reason": "budget"}, KINDS)

    assert isinstance(message, Malformed)
    assert (message.field, message.rule) == ("close_date", rule)


def test_a_day_is_a_day_and_an_instant_an_instant() -> None:
    day = read("extend", {"close_date": "2026-03-01", "reason": "budget"}, KINDS)
    instant = read("extend", {"close_date": "2026-03-01T00:00:00+02:00", "reason": "r"}, KINDS)

    assert isinstance(day, Extend)
    assert isinstance(instant, Extend)
    assert day.close_date == date(2026, 3, 1)
    assert instant.close_date == datetime(2026, 2, 28, 22, tzinfo=UTC)


def test_what_cannot_be_read_keeps_who_said_it_and_when() -> None:
    said = {
        "event_id": "e1",
        "sent_at": "2026-02-01T09:00:00Z",
        "actor": "kim",
        "source": "crm",
        "source_seq": 7,
        "origin": "nobody",
        "stage": 7,
    }

    message = read("change_stage", said, KINDS)

    assert (message.event_id, message.actor, message.origin) == ("e1", "kim", None)
    assert (message.source, message.source_seq) == ("crm", 7)
    assert message.sent_at == datetime(2026, 2, 1, 9, tzinfo=UTC)
    assert isinstance(message, Malformed)
    assert message.body == said


def test_null_is_an_answer_and_silence_is_none() -> None:
    message = read("amend", {"owner": None}, KINDS)

    assert isinstance(message, Amend)
    assert json.loads(message.model_dump_json()) == {"kind": "amend", "owner": None}
    assert Amend.model_validate_json(message.model_dump_json()).model_fields_set == {
        "kind",
        "owner",
    }


@given(
    kind=st.sampled_from([*KINDS]) | st.text(),
    body=JSON | st.dictionaries(st.sampled_from(["event_id", "sent_at", "stage"]), JSON),
)
def test_anything_is_read_and_what_was_read_can_travel(kind: str, body: Any) -> None:
    message = read(kind, body, KINDS)

    assert type(message).model_validate(from_json(to_json(message))) == message


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_no_monster_is_too_much(junk: Any) -> None:
    for kind, body in ((junk, {}), ("amend", junk), ("amend", {"name": junk, "event_id": junk})):
        message = read(kind, body, KINDS)
        assert type(message).model_validate(from_json(to_json(message))) == message
    for field in ("stakeholders", "plan", "amount", "junk"):
        message = read("amend", {field: {"p1": junk}}, KINDS)
        assert type(message).model_validate(from_json(to_json(message))) == message


@given(JSON)
@example("\\u0000")
@example("\\\0")
@example("\ud800")
@example({"\0": ["\\\\\0", "\\\\u0000"]})
@example("x" * 5_000)
@example(["\x01" * 900] * 9)
@example(float("nan"))
def test_what_is_kept_is_small_plain_and_kept_the_same_again(body: Any) -> None:
    kept = clipped(body)

    text = json.dumps(kept, allow_nan=False, ensure_ascii=False)
    assert len(text) <= KEPT
    assert "\0" not in "".join(_texts(kept))
    text.encode()
    assert clipped(kept) == kept


@given(JSON.filter(lambda body: "nan" not in repr(body) and "inf" not in repr(body)))
def test_what_is_small_and_plain_is_kept_whole(body: Any) -> None:
    plain = not any(set("\0") & set(text) for text in _texts(body))

    if plain and len(json.dumps(body, ensure_ascii=False)) <= KEPT:
        assert clipped(body) == body


def _texts(body: Any) -> list[str]:
    if isinstance(body, dict):
        return [*body, *_texts(list(body.values()))]
    if isinstance(body, list):
        return [text for each in body for text in _texts(each)]
    return [body] if isinstance(body, str) else []
