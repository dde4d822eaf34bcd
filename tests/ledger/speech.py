"""Anything that may be said to an opportunity, and the journals it leads to."""

from hypothesis import strategies as st

from ledger.batch import Batch
from tests.ledger.story import Story

WISHES = st.one_of(
    st.builds(lambda s: ("change_stage", {"stage": s}), st.sampled_from(["talk", "offer", "x"])),
    st.builds(
        lambda o, e: ("record_engagement", {"origin": o, "channel": "call", "event_id": e}),
        st.sampled_from(["buyer", "seller"]),
        st.sampled_from(["e-1", "e-2", "e-3"]),
    ),
    st.builds(
        lambda a, c, n: ("amend", {"amount": {"amount": str(a), "currency": c}, "name": n}),
        st.decimals(0, 10**12, places=4),
        st.sampled_from(["EUR", "JPY"]),
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8),
    ),
    st.builds(lambda h: ("log_effort", {"hours": str(h)}), st.decimals(0, 99, places=2)),
    st.builds(lambda s: ("correct", {"sequence": s, "void": True}), st.integers(1, 6)),
    st.builds(
        lambda d: ("extend", {"close_date": f"2026-0{d}-15", "reason": "holidays"}),
        st.integers(2, 7),
    ),
    st.just(("park", {"until": "2026-02-20", "reason": "budget freeze"})),
    st.just(("unpark", {})),
    st.just(("migrate", {"process_version": 2})),
    st.just(("change_account", {"account_id": "a-2", "from_account": "a-1"})),
    st.just(("record_decision", {"decision": "yes", "reasons": ["value"]})),
    st.just(("record_decision", {"decision": "no", "reasons": ["price"]})),
    st.just(("record_purchase", {"evidence": {"kind": "payment", "reference": "p-1"}})),
    st.just(("nonsense", {"odd": [None, 1.5, "\x00"]})),
)
Speech = list[tuple[tuple[str, dict[str, object]], int]]

SPEECH = st.lists(st.tuples(WISHES, st.sampled_from([1, 30, 200])), max_size=12)


def tell(story: Story, speech: Speech) -> Story:
    """Say it all, and let the clocks be looked at now and then."""
    for (kind, body), hours in speech:
        story.say(kind, hours, **body)
        if hours > 100:
            story.wait(days=0)
    return story


def pieces(story: Story, cuts: set[int]) -> list[Batch]:
    """The journal in batches; one that migrates begins a new one, for it brings a process."""
    migrations = {fact.sequence for fact in story.facts if fact.kind == "migrated"}
    starts = sorted({1, *migrations, *(cut for cut in cuts if cut <= len(story.facts))})
    ends = [start - 1 for start in starts[1:]] + [len(story.facts)]
    return [story.batch(first, last) for first, last in zip(starts, ends, strict=True)]
