"""What the run over arbitrary sequences has reached, and what there is to reach."""

import ast
from collections import Counter
from pathlib import Path
from typing import Final

import sales
from sales.facts import Fact
from sales.process import Clocks

RULES: Final[Counter[str]] = Counter()
"""Refusals by field and rule."""
ENDS: Final[Counter[str]] = Counter()
"""Ends by outcome and, where a clock made them, its name."""
KINDS: Final[Counter[str]] = Counter()
"""Facts by kind."""

CLOCKS: Final = tuple(Clocks.model_fields)
ELSEWHERE: Final = frozenset({"source: too_many_sources", "*: too_many", "body: too_large"})
"""Rules that take very much of something to break: shown by examples."""


def note(facts: tuple[Fact, ...]) -> None:
    """Count what these facts say was reached."""
    for fact in facts:
        KINDS[fact.kind] += 1
        if fact.kind == "refused":
            RULES[f"{fact.data['field']}: {fact.data['rule']}"] += 1
        if fact.kind == "ended":
            ENDS[f"{fact.data['outcome']} by {fact.data.get('clock', 'somebody')}"] += 1


def clocks() -> set[str]:
    """The clocks that have ended something."""
    return {end.rpartition(" ")[2] for end in ENDS} - {"somebody"}


def rules_of(*modules: str) -> set[str]:
    """Every rule that these modules of the rules can break, `*` where the name is worked out."""
    folder = Path(sales.__file__).parent
    trees = [ast.parse((folder / f"{name}.py").read_text(encoding="utf-8")) for name in modules]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    broken = [
        call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Broken"
    ]
    return {f"{_text(call.args[0])}: {_text(call.args[1])}" for call in broken} - {"*: *"}


def missed(rules: set[str]) -> set[str]:
    """Those of the rules that no refusal has named."""
    return {rule for rule in rules - ELSEWHERE if not any(_matches(rule, hit) for hit in RULES)}


def report() -> list[str]:
    """A few lines for the end of the run."""

    def line(title: str, counts: Counter[str]) -> str:
        return f"{title}: " + ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))

    stated = rules_of("rules", "decide", "journal")
    named = Counter(
        {rule: sum(n for hit, n in RULES.items() if _matches(rule, hit)) for rule in stated}
    )
    others = sum(n for hit, n in RULES.items() if not any(_matches(rule, hit) for rule in stated))
    return [
        line("ends", ENDS),
        line("facts", KINDS),
        line("rules broken", named),
        f"misread in {others} ways" if others else "nothing misread",
    ]


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "*"


def _matches(rule: str, hit: str) -> bool:
    wanted, found = rule.split(": "), hit.split(": ")
    return all(want in ("*", have) for want, have in zip(wanted, found, strict=True))
