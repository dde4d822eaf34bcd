"""Recommended limits as they would stand in the definition of a process."""

from collections.abc import Sequence

from insight.limits.recommend import ONE_DAY, Recommended
from sales.process import Process


def snippet(process: Process, found: Sequence[Recommended], tolerance: float) -> str:
    """TOML to be merged by hand into the next version of the process; what has no recommendation
    says why and changes nothing."""
    lines = [
        f"# {process.name}: close when fewer than {tolerance:.3g} of those who are left still win.",
        f"# To be merged into a copy of it whose version is {process.version + 1}.",
    ]
    for each in found:
        clock = getattr(process.clocks, each.clock)
        lines.append("")
        lines.append("[[stages]]" if each.stage else f"[clocks.{each.clock}]")
        if each.stage:
            lines.append(f'name = "{each.stage}"')
        if each.days is None:
            lines.append(f"# {each.why}")
        elif clock is None:
            lines.append(f'limit = "{each.days}d"  # a clock the process has not had; {each.why}')
        else:
            grace = clock.grace / ONE_DAY
            limit = max(each.days - int(grace), 1)
            lines.append(f'limit = "{limit}d"  # and {grace:g} days of grace: {each.why}')
    return "\n".join(lines) + "\n"
