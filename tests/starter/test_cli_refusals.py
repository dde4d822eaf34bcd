"""Bad input is refused in the engine's own words, with exit code 1, and nothing else changes."""

from collections.abc import Callable

import pytest

from tests.starter.conftest import Site

Opened = Callable[..., str]
OPEN = ("--account", "acme", "--process", "quick", "--name", "Order")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("--amount", "-5", "--currency", "EUR"), "amount.amount: too_small"),
        (("--amount", "NaN", "--currency", "EUR"), "amount.amount: not_a_decimal"),
        (("--amount", "Infinity", "--currency", "EUR"), "amount.amount: not_a_decimal"),
        (("--amount", "ten", "--currency", "EUR"), "amount.amount: not_a_decimal"),
        (("--amount", "5"), "amount.currency: required"),
        (("--amount", "5", "--currency", "EURO"), "amount.currency: unknown_currency"),
        (("--close-date", "9999-12-31"), "close_date: out_of_range"),
        (("--close-date", "2150-12-31"), "close_date: past_end_by"),
        (("--close-date", "2020-12-31"), "close_date: in_the_past"),
        (("--close-date", "31.12.2030"), "close_date: not_a_datetime"),
        (("--close-date", "2030-02-30"), "close_date: not_a_date"),
        (("--stakeholder", "jo:friend"), "stakeholders.jo.role: unknown_value"),
        (("--process", "slow"), "process: unknown_process"),
        (("--occurred-at", "2999-01-01T00:00:00Z"), "occurred_at: out_of_range"),
        (("--occurred-at", "2099-01-01T00:00:00Z"), "occurred_at: in_the_future"),
        (("--occurred-at", "2026-01-01T00:00:00"), "occurred_at: needs_time_zone"),
        (("--note", "x" * 3_000), "note: too_long"),
        (("--account", "bad id"), "account_id: malformed"),
    ],
)
def test_a_bad_opening_is_refused(site: Site, said: tuple[str, ...], words: str) -> None:
    refusal = site.refused("opportunity", "open", "never", *OPEN, *said)
    assert refusal.split(" (")[0] == f"refused: {words}"
    assert site.run("opportunity", "journal", "never").exit_code == 1


def test_an_unknown_stage_a_shut_gate_and_a_lonely_override_are_refused(
    site: Site, opened: Opened
) -> None:
    id = opened()
    refused = [
        site.refused("opportunity", "stage", id, "third"),
        site.refused("opportunity", "stage", id, "second"),
        site.refused("opportunity", "stage", id, "second", "--override"),
    ]
    assert refused == [
        "refused: stage: unknown_stage (the process has no stage 'third')",
        "refused: gate: amount (the gate asks for amount)",
        "refused: override: needs_actor_and_note (say who overrides the gate, and why)",
    ]
    shown = site.told("opportunity", "show", id)
    assert (shown["stage"], shown["refusals"]) == ("first", 3)


def test_an_event_that_was_refused_is_refused_again(site: Site, opened: Opened) -> None:
    stage = ("opportunity", "stage", opened(), "third", "--event-id", "e-1")
    site.refused(*stage)
    assert site.refused(*stage) == (
        "refused: event_id: unknown_stage "
        "(this event was refused before; a new attempt needs a new id)"
    )


def test_a_note_of_a_megabyte_is_refused(site: Site, opened: Opened) -> None:
    id = opened()
    refusal = site.refused("opportunity", "effort", id, "1", "--note", "x" * 1_000_000)
    assert refusal.startswith("refused: body: too_large (1000")
    assert site.told("opportunity", "show", id)["effort"] == "0"


def test_a_decision_without_a_reason_or_with_an_unknown_one_is_refused(
    site: Site, opened: Opened
) -> None:
    id = opened()
    decide = ("opportunity", "decide", id)
    assert site.refused(*decide, "no").startswith("refused: reasons: required")
    unknown = site.refused(*decide, "no", "--reason", "weather")
    assert unknown.startswith("refused: reasons: unknown_reason")
    assert site.refused(*decide, "perhaps", "--reason", "status_quo").startswith(
        "refused: decision: unknown_value"
    )


def test_money_as_a_number_in_a_patch_is_refused(site: Site, opened: Opened) -> None:
    patch = '{"amount": {"amount": 10.10, "currency": "EUR"}}'
    words = site.refused("opportunity", "amend", opened(), "--set", patch)
    assert words == "refused: amount.amount: money_is_text"


def test_nobody_knows_an_unknown_id(site: Site) -> None:
    for command in (("show",), ("journal",), ("effort",), ("reopen",)):
        more = {"effort": ("1",), "reopen": ("--reason", "because")}.get(command[0], ())
        words = site.refused("opportunity", *command, "nobody", *more)
        assert words.startswith("refused: opportunity_id: unknown_opportunity")
    assert site.refused("account", "show", "nobody").startswith(
        "refused: account_id: unknown_account"
    )


def test_a_refusal_is_also_told_to_programs(site: Site, opened: Opened) -> None:
    result = site.run("opportunity", "stage", opened(), "third", "--json")
    assert result.exit_code == 1
    assert '"rule": "unknown_stage"' in result.stdout
    assert result.stderr.startswith("refused: stage: unknown_stage")


@pytest.mark.parametrize(
    "args",
    [
        ("opportunity", "stage"),
        ("opportunity", "list", "--outcome", "maybe"),
        ("opportunity", "open", "x", *OPEN, "--stakeholder", "jo"),
        ("opportunity", "amend", "x", "--set", "{"),
        ("opportunity", "amend", "x", "--set", "[]"),
        ("opportunity", "amend", "x", "--set", '{"kind": "withdraw"}'),
        ("opportunity", "amend", "x", "--set", '{"name": NaN}'),
        ("deadlines", "--within", "7"),
        ("opportunity", "show", "x", "--address", "a:1", "--profile", "p"),
        ("opportunity", "list", "--ledger-url", "nonsense"),
    ],
)
def test_wrong_usage_ends_with_two(site: Site, args: tuple[str, ...]) -> None:
    result = site.run(*args)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.stderr
