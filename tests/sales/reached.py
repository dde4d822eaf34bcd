"""What the run over arbitrary sequences has reached, and what there is to reach."""

import ast
from collections import Counter
from collections.abc import Mapping
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
ELSEWHERE: Final = frozenset(
    {"source: too_many_sources", "*: too_many", "body: too_large", "pool: too_many_pools"}
)
"""Rules that take very much of something to break: shown by examples."""


def note(facts: tuple[Fact, ...]) -> None:
    """Count what these facts say was reached."""
    for fact in facts:
        KINDS[fact.kind] += 1
        if fact.kind == "refused":
            RULES[f"{fact.data['field']}: {fact.data['rule']}"] += 1
        if fact.kind == "ended":
            ENDS[f"{fact.data['outcome']} by {fact.data.get('clock', 'somebody')}"] += 1


def counts() -> list[dict[str, int]]:
    """All that was counted, to be added elsewhere."""
    return [dict(counter) for counter in (RULES, ENDS, KINDS)]


def add(others: list[dict[str, int]]) -> None:
    """Count what another process has counted."""
    for counter, other in zip((RULES, ENDS, KINDS), others, strict=False):
        counter.update(other)


def clocks() -> set[str]:
    """The clocks that have ended something."""
    return {end.rpartition(" ")[2] for end in ENDS} - {"somebody"}


def rules_of(*modules: str) -> set[str]:
    """Every rule that a message can break in these modules of the rules."""
    return rules_in(*(Path(sales.__file__).parent / f"{name}.py" for name in modules))


def rules_in(*files: Path) -> set[str]:
    """Every rule that a message can break in these files, `*` where a name is worked out."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    broken = [
        call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Broken"
    ]
    return {f"{_text(call.args[0])}: {_text(call.args[1])}" for call in broken} - {"*: *"}


def missed() -> set[str]:
    """Those of the stated rules that no refusal has named."""
    return {rule for rule in STATED - ELSEWHERE if not any(matches(rule, hit) for hit in RULES)}


def report() -> list[str]:
    """A few lines for the end of the run."""
    hits = {rule: sum(n for hit, n in RULES.items() if matches(rule, hit)) for rule in STATED}
    others = sum(n for hit, n in RULES.items() if not any(matches(rule, hit) for rule in STATED))
    return [
        _line("ends", ENDS),
        _line("facts", KINDS),
        _line("rules broken", {rule: n for rule, n in hits.items() if n}),
        f"rules left to examples: {', '.join(sorted(rule for rule, n in hits.items() if not n))}",
        f"messages that could not be read: {others}",
    ]


def _line(title: str, counts: Mapping[str, int]) -> str:
    return f"{title}: " + ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "*"


def matches(rule: str, hit: str) -> bool:
    (field, _, broken), (said, _, named) = rule.rpartition(": "), hit.rpartition(": ")
    return field in ("*", said) and broken in ("*", named)


STATED: Final = rules_of("decide", "erasing", "journal", "patching", "pool/asking", "rules")
"""The rules that arbitrary sequences of messages have to meet, or examples show."""
