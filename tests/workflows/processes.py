"""Small sales processes with short clocks and small limits, for the tests of the drivers."""

from typing import Any, Final

from processes import Library
from sales.process import Process


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
    clocks={
        "end_by": {"limit": "365d", "warn": ["30d"]},
        "buyer_silence": {"limit": "45d", "grace": "7d", "warn": ["14d", "3d"]},
        "action_window": {"limit": "30d"},
    },
)
"""As slow as real ones are."""
GATED: Final = _process("gated", opening={"requires": ["account", "name", "amount"]})
"""Begins with an amount or not at all."""

LIBRARY: Final = Library([PATIENT, PATIENT_AGAIN, HASTY, BRISK, LONG, WARNED, SLOW, GATED])
