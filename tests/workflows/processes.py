"""Small sales processes and policies with short clocks, for the tests of the drivers."""

from typing import Any, Final

from processes import Library
from sales.account.policy import Policy
from sales.hours import Week
from sales.process import Process
from tests.workflows.policies import FINDING, FINDING_LESS


def _process(name: str, version: int = 1, **changes: Any) -> Process:
    definition: dict[str, Any] = {
        "name": name,
        "version": version,
        "title": name,
        "stages": [
            {"name": "talk", "title": "Talk", "probability": 0.1, "category": "pipeline"},
            {"name": "offer", "title": "Offer", "probability": 0.5, "category": "best_case"},
            {"name": "contract", "title": "Contract", "probability": 0.9, "category": "commit"},
        ],
        "clocks": {"end_by": {"limit": "200d"}, "action_window": {"limit": "30d"}},
        "reasons": {"won": ["value"], "lost": ["price"], "withdrawn": ["no_capacity"]},
        "last_look": "0s",
        "outage": {"late": "3s", "settle": "2s"},
        "limits": {"events": 60},
    }
    return Process.model_validate(definition | changes)


def _silence(limit: str, end_by: str = "200d") -> dict[str, Any]:
    return {
        "end_by": {"limit": end_by},
        "buyer_silence": {"limit": limit},
        "action_window": {"limit": "30d"},
    }


PATIENT: Final = _process("patient")
"""Nothing ends it for 200 days."""
PATIENT_AGAIN: Final = _process("patient", 2)
"""Its next version, to migrate to."""
HASTY: Final = _process("hasty", clocks=_silence("3s"))
"""Three seconds without the buyer's word end it."""
BRISK: Final = _process("brisk", clocks=_silence("7s"))
"""Seven seconds without the buyer's word end it."""
WARNED: Final = _process(
    "warned",
    clocks={
        "end_by": {"limit": "4s", "warn": ["2s"]},
        "buyer_silence": {"limit": "1s", "grace": "1s", "warn": ["0.5s"]},
        "action_window": {"limit": "1s"},
    },
)
"""Warns before it ends, and gives notice at the limit."""
LONG: Final = _process("long", limits={"events": 10_000})
"""Like `patient`, and its runs are long."""
SLOW: Final = _process(
    "slow",
    limits={"events": 100},
    clocks={
        "end_by": {"limit": "365d", "warn": ["30d"]},
        "buyer_silence": {"limit": "45d", "grace": "7d", "warn": ["14d", "3d"]},
        "action_window": {"limit": "30d"},
    },
)
"""As slow as real ones are."""
GATED: Final = _process("gated", opening={"requires": ["account", "name", "amount"]})
"""Begins with an amount or not at all."""

FULL: Final[dict[str, Any]] = {
    "stages": [
        {"name": "talk", "title": "Talk", "probability": 0.1, "category": "pipeline"},
        {
            "name": "offer",
            "title": "Offer",
            "probability": 0.5,
            "category": "best_case",
            "enter": ["amount"],
        },
    ],
    "extension": {"times": 1, "total": "40d"},
    "parking": {"times": 1, "total": "20d"},
    "limits": {"events": 10_000},
}
STRICT: Final = _process(
    "strict",
    clocks={"end_by": {"limit": "200d"}, "close_date": {}, "action_window": {"limit": "30d"}},
    **FULL,
)
"""Has a rule for everything: a gate, and budgets that are soon used up."""
STRICT_WITHOUT: Final = _process("strict", 2, **{**FULL, "stages": FULL["stages"][1:]})
"""A version that lacks the stage in which one begins."""
_NOTICE: Final[dict[str, Any]] = {
    "silence": "purchase",
    "clocks": {"end_by": {"limit": "200d"}, "notice_by": {}},
}
STRICT_OTHERWISE: Final = _process("strict", 3, **FULL | _NOTICE)
"""A version in which silence means something else."""
_EVERY_CONDITION: Final = [
    *("account", "name", "amount", "owner", "plan", "line_items", "decision"),
    *("objective", "evidence", "engagement", "competitor", "stakeholder", "stakeholder:champion"),
    *("contact:champion", "element:metrics", "element:champion:2"),
]
DEMANDING: Final = _process(
    "demanding",
    stages=[FULL["stages"][0], {**FULL["stages"][1], "enter": _EVERY_CONDITION}],
    limits={"events": 10_000},
)
"""Has a gate that asks for everything."""
QUIET: Final = _process("quiet", **_NOTICE)
"""Silence is the purchase."""


def _ends_by(clock: str, **limits: Any) -> Process:
    clocks = {"end_by": {"limit": "200d"}, "action_window": {"limit": "30d"}, clock: limits}
    return _process(f"ends_by_{clock}", clocks=clocks)


QUICK: Final = [
    _ends_by("end_by", limit="2s"),
    _ends_by("close_date"),
    _ends_by("stage_limit", limit="2s"),
    _ends_by("buyer_silence", limit="2s"),
    _ends_by("action_window", limit="1s"),
]
"""One for each clock but the notice date, which ends it soon."""

KEEPING: Final = Policy.model_validate(
    {
        "name": "keeping",
        "version": 1,
        "title": "Commitments by the second",
        "hours": {"week": {day: ["00:00-24:00"] for day in Week.model_fields}},
        "commitments": {
            "promised_within": "30d",
            "warn": "2s",
            "pause_at_most": "2s",
            "levels": [
                {
                    "name": "quick",
                    "title": "At once",
                    "respond": "1s",
                    "resolve": "3s",
                    "warn_after": 0.5,
                },
                {"name": "slow", "title": "In a while", "respond": "1h", "resolve": "40h"},
            ],
        },
    }
)
"""What an account may be managed by where clocks must not take long."""
BRIEF: Final = Policy.model_validate(
    {
        "name": "brief",
        "version": 1,
        "title": "brief",
        "contracts": {
            "term": "4s",
            "notice": "1s",
            "lead": "1s",
            "renewal": "gated",
            "renewal_auto": "quiet",
            "additions": ["patient"],
            "retry": "1s",
            "tries": 2,
        },
    }
)
"""An account is managed by it whose terms last seconds."""
CARING: Final = Policy.model_validate(
    {
        "name": "caring",
        "version": 1,
        "title": "Satisfaction and health by the second",
        "satisfaction": {
            "nps_first": "1s",
            "nps_every": "200d",
            "csat_after_win": "1s",
            "csat_after_commitment": "1s",
            "rest": "1s",
            "answer_within": "2s",
        },
        "health": {
            "components": {
                name: {"weight": 10, "half_life": "2s", "stale_after": "6s"}
                for name in ("usage", "satisfaction", "commitments", "relationship", "payments")
            }
            | {"sentiment": {"weight": 10, "stale_after": "300d"}},
            "caps": {"severe_breach": 0.3, "sponsor_left": 0.4, "payment_overdue": 0.6},
            "silence": "100d",
            "disagreement": "1s",
            "checkpoints": ["4s", "2s"],
            "remind_after": "1s",
        },
        "commitments": {
            "levels": [
                {
                    "name": "quick",
                    "title": "At once",
                    "respond": "0.5s",
                    "resolve": "60s",
                    "around_the_clock": True,
                }
            ]
        },
        "contracts": {"notice": "0.5s", "lead": "0.5s", "renewal": "patient"},
    }
)
"""What is asked and what is known of how well an account is, where it must not take long."""

DECADE: Final = Policy.model_validate(
    {
        "name": "decade",
        "version": 1,
        "title": "A year is five seconds",
        "commitments": {"promised_within": "5s", "warn": "0s"},
        "contracts": {
            "term": "5s",
            "notice": "1s",
            "lead": "3s",
            "renewal": "gated",
            "renewal_auto": "quiet",
            "additions": ["patient"],
            "retry": "1s",
        },
        "satisfaction": {"nps_first": "5s", "nps_every": "5s", "answer_within": "2s", "rest": "1s"},
        "health": {
            "components": {"usage": {"weight": 1}, "commitments": {"weight": 1}},
            "caps": {"severe_breach": 0.3},
            "checkpoints": ["3s"],
            "remind_after": "1s",
        },
    }
)
"""An account may grow old by it while somebody watches."""

LIBRARY: Final = Library(
    [
        *(PATIENT, PATIENT_AGAIN, HASTY, BRISK, LONG, WARNED, SLOW, GATED),
        *(STRICT, STRICT_WITHOUT, STRICT_OTHERWISE, DEMANDING, QUIET, *QUICK),
    ],
    [KEEPING, BRIEF, CARING, FINDING, FINDING_LESS, DECADE],
)
