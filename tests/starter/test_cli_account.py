"""One screen tells how an account stands, what is promised, what runs, what ended, what comes."""

from datetime import UTC, datetime, timedelta

from tests.starter.conftest import Site, until


def day(ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


def test_one_screen_tells_how_an_account_stands(site: Site) -> None:
    site.done("account", "open", "tower", "--name", "Tower Ltd", "--owner", "ann")
    promise = ("--title", "A spare motor in stock", "--due", day(30))
    site.done("account", "commitment", "make", "tower", "spare", *promise)
    site.done("account", "health", "usage", "tower", "logins", "--value", "34", "--target", "40")
    site.done(
        *("opportunity", "open", "tower-1", "--account", "tower", "--process", "demo"),
        *("--name", "Lifts", "--amount", "5000", "--currency", "EUR"),
    )
    told = until(
        lambda: site.told("account", "show", "tower")["standing"],
        lambda standing: standing["runs"],
    )
    assert told["band"] == "good"
    assert told["health"] == 0.85
    assert [each["commitment"] for each in told["promised"]] == ["spare"]
    assert [each["opportunity"] for each in told["runs"]] == ["tower-1"]
    clocks = [each for each in told["next"] if each["about"] == "tower-1"]
    assert [each["what"] for each in clocks] == [f"{told['runs'][0]['clock']} ends it"]
    page = site.run("account", "show", "tower").stdout
    parts = [line.split()[0] for line in page.splitlines() if line.isupper()]
    assert parts == ["PROMISED", "CONTRACTS", "RUNS", "ENDED", "NEXT"]
    assert "A spare motor in stock" in page


def test_what_comes_next_is_in_order_and_nothing_of_it_lies_behind(site: Site) -> None:
    site.done("account", "open", "later", "--name", "Later Ltd")
    for id, due in (("second", 2_001), ("first", 2_000)):
        promise = ("--title", id, "--due", day(due))
        site.done("account", "commitment", "make", "later", id, *promise)
    told = site.told("account", "show", "later")["standing"]
    assert [each["commitment"] for each in told["promised"]] == ["first", "second"]
    assert told["next"] == []  # it is too far away to be looked at


def test_an_account_is_managed_by_the_policy_that_it_is_given(site: Site) -> None:
    assert {"standard", "demo"} <= {each["name"] for each in site.told("policies", "list")}
    site.done("account", "open", "managed", "--name", "Managed Ltd")
    assert site.told("account", "show", "managed")["policy"]["name"] == "standard"
    site.done("account", "policy", "managed", "demo")
    assert site.told("account", "show", "managed")["policy"]["name"] == "demo"
    refused = site.refused("account", "policy", "managed", "unheard_of")
    assert refused == "refused: policy: unknown_policy"
    told = site.told("policies", "show", "demo")
    assert told["contracts"]["lead"] == "12s"


def test_a_policy_that_is_not_sound_is_refused_with_its_key_and_its_rule(site: Site) -> None:
    file = site.folder / "bad.toml"
    file.write_text('name = "bad"\nversion = 1\ntitle = "Bad"\n[contracts]\nterm = "0s"\n')
    refused = site.refused("policies", "check", str(file))
    assert refused.startswith(f"refused: {file}: contracts.term: ")
    file.write_text('name = "good"\nversion = 1\ntitle = "Good"\n')
    assert site.told("policies", "check", str(file))["sound"] is True
