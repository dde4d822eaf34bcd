"""Pools from the command line: opened, asked, shown on one screen, closed."""

from collections.abc import Callable

from tests.starter.conftest import Site, until

Opened = Callable[..., str]


def holders(site: Site, pool: str) -> set[str]:
    return {each["opportunity_id"] for each in site.told("pool", "show", pool)["leases"]}


def test_hours_are_asked_for_granted_shown_and_returned_by_an_end(
    site: Site, opened: Opened
) -> None:
    first, second = opened("--amount", "9000", "--currency", "EUR", "--owner", "jane"), opened()
    terms = ("--hours", "40", "--currency", "EUR", "--time-zone", "Europe/Berlin")
    site.done("pool", "open", "engineers", "--name", "Solution engineers", *terms)
    assert site.told("pool", "request", "engineers", first, "30", "--gain", "0.2")["accepted"]
    until(lambda: holders(site, "engineers"), lambda found: found == {first})
    site.done("pool", "request", "engineers", second, "20")
    until(lambda: site.told("pool", "show", "engineers"), lambda told: told["waiting"])
    site.done("opportunity", "effort", first, "4", "--pool", "engineers")
    told = until(
        lambda: site.told("pool", "show", "engineers"),
        lambda told: told["leases"][0]["used"] == "4",
    )
    assert (told["hours"], told["leased"], told["free"]) == ("40", "30", "10")
    assert [told["queue"][0][name] for name in ("opportunity_id", "an_hour", "why")] == [
        *(second, "0.00", "no_amount"),
    ]
    page = site.done("pool", "show", "engineers")
    assert len(page.splitlines()) < 40
    for words in ("Solution engineers", "Has hours", "Waits, in the order", first, second, "jane"):
        assert words in page
    assert site.told("pool", "renew", "engineers", first)["accepted"]

    site.done("opportunity", "decide", first, "no", "--reason", "status_quo")
    until(lambda: holders(site, "engineers"), lambda found: found == {second})
    site.done("pool", "release", "engineers", second)
    until(lambda: holders(site, "engineers"), lambda found: not found)
    assert site.told("pool", "show", "engineers")["used"] == "4"


def test_a_pool_is_amended_listed_and_closed_for_good(site: Site, opened: Opened) -> None:
    site.done("pool", "open", "legal", "--name", "Legal", "--hours", "10", "--currency", "EUR")
    assert site.refused("pool", "amend", "legal").startswith("refused: body: nothing_to_amend")
    site.done("pool", "amend", "legal", "--hours", "12", "--renewals", "0")
    row = until(
        lambda: [row for row in site.told("pool", "list") if row["id"] == "legal"],
        lambda rows: rows and rows[0]["hours"] == "12",
    )
    assert (row[0]["stage"], row[0]["name"]) == ("open", "Legal")
    assert "Legal" in site.done("pool", "list")
    id = opened()
    site.done("pool", "request", "legal", id, "1")
    until(lambda: holders(site, "legal"), lambda found: found == {id})
    again = site.refused("pool", "renew", "legal", id)
    assert again.startswith("refused: opportunity_id: budget_times")
    held = site.refused("pool", "close", "legal", "--reason", "moved")
    assert held.startswith("refused: release: leases_live (1 leases are live)")
    site.done("pool", "close", "legal", "--reason", "moved", "--release")
    told = until(
        lambda: site.told("pool", "show", "legal"), lambda told: told["source"] == "ledger"
    )
    assert (told["stage"], told["leases"]) == ("closed", [])
    late = site.refused("pool", "open", "legal", "--name", "L", "--hours", "1", "--currency", "EUR")
    assert late.startswith("refused: pool_id: closed")


def test_what_cannot_be_asked_says_which_field_and_rule(site: Site, opened: Opened) -> None:
    id = opened()
    for words, refusal in (
        (("pool", "request", "engineers", id, "none"), "hours: not_a_decimal"),
        (("pool", "request", "engineers", id, "0"), "hours: too_small"),
        (("pool", "request", "engineers", id, "1", "--gain", "2"), "gain: too_large"),
        (("pool", "release", "engineers", id), "pool: nothing_requested"),
        (("pool", "show", "nowhere"), "pool_id: unknown_pool"),
        (("pool", "renew", "not an id", id), "pool_id: malformed"),
    ):
        assert site.refused(*words).startswith(f"refused: {refusal}"), words
