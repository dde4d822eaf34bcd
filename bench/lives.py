"""How many lives a second, and what a life costs in CPU time, beside the bare workflow.

The kinds take turns, so that whatever else the machine does disturbs all of them alike.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, Limit, compared
from bench.scene import Scene, opened_scene

DIRECT, THROUGH = "started directly", "through its account"
LIMITS = {
    ("rate", DIRECT): Limit(least=0.55),
    ("rate", THROUGH): Limit(least=0.40),
    ("cpu", DIRECT): Limit(most=3),
}
Kind = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Load:
    """How often, how many in one go, and how many at the same time."""

    rounds: int
    lives: int
    at_once: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One go: lives a second, and CPU milliseconds a life."""

    rate: float
    cpu: float
    server: float


async def measure(load: Load) -> list[Figure]:
    """All figures about whole lives."""
    with TemporaryDirectory() as folder:
        async with opened_scene(Path(folder)) as scene:
            kinds = {"bare": scene.bare, DIRECT: scene.direct, THROUGH: scene.through_the_account}
            for kind in kinds.values():
                await _go(scene, kind, load)  # the first go only warms up
            found: dict[str, list[Sample]] = {name: [] for name in kinds}
            for _ in range(load.rounds):
                for name, kind in kinds.items():
                    found[name].append(await _go(scene, kind, load))
    return [
        compared(
            f"{title}, {name}",
            unit,
            [getattr(sample, field) for sample in samples],
            [getattr(sample, field) for sample in found["bare"]] if name != "bare" else None,
            LIMITS.get((field, name)),
        )
        for field, title, unit in (
            ("rate", "Lives a second", "/s"),
            ("cpu", "CPU a life, client and worker", "ms"),
            ("server", "CPU a life, server", "ms"),
        )
        for name, samples in found.items()
    ]


async def _go(scene: Scene, kind: Kind, load: Load) -> Sample:
    gate = asyncio.Semaphore(load.at_once)

    async def one() -> None:
        async with gate:
            await kind()

    wall, own, server = time.perf_counter(), time.process_time(), scene.server_seconds()
    await asyncio.gather(*(one() for _ in range(load.lives)))
    return Sample(
        load.lives / (time.perf_counter() - wall),
        (time.process_time() - own) / load.lives * 1e3,
        (scene.server_seconds() - server) / load.lives * 1e3,
    )
