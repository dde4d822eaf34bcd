"""What a policy says about what the customer may need next."""

from datetime import timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from sales.values import Code, Duration, Flag, Model, Money, Name

NeedKind = Literal["expansion", "cross_sell", "add_on", "new_business"]
Event = Literal["won", "commitment_met", "term_begun"]
"""What a rule may wait on: a win, a promise that was kept, the beginning of a term."""

REPORTED: Final = "reported"
REFERRAL: Final = "referral"
LATE_EVIDENCE: Final = "late_evidence"
RESERVED: Final = frozenset({REPORTED, REFERRAL, LATE_EVIDENCE})
"""What finds opportunities beside the rules of a policy, and is measured like one."""
MOST_RULES: Final = 20


class Launching(Model):
    """How a need of a kind becomes an opportunity: by which process, whether at once or once it is
    accepted, and how far off its close date is."""

    process: Code
    at_once: Flag = False
    close_in: Duration = timedelta(days=90)


class Usage(Model):
    """A metric is used to more than this share of its target; 0.8 is four fifths."""

    metric: Code
    above: Annotated[float, Field(gt=0, le=100)]


class NeedRule(Model):
    """What makes the account find a need by itself, and which: one of `usage`, `health` (a band
    that is reached) and `after` (so long, `wait`, after something happened; `of` is the process
    that was won). It rests for `cool_down` once it has fired; `at_once` where it is to be launched
    otherwise than its kind."""

    need: NeedKind
    product: Name | None = None
    amount: Money | None = None
    usage: Usage | None = None
    health: Literal["good", "fair"] | None = None
    after: Event | None = None
    wait: Duration = timedelta(0)
    of: Code | None = None
    cool_down: Duration = timedelta(days=90)
    at_once: Flag | None = None

    @model_validator(mode="after")
    def _one_cause(self) -> Self:
        given = [name for name in ("usage", "health", "after") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("after: one_cause (a rule has one of usage, health and after)")
        if self.of and self.after != "won":
            raise ValueError("of: only_of_a_win (it names the process that was won)")
        return self


class NeedTerms(Model):
    """How each kind of need is launched (a kind that is not named is not taken), how long one waits
    for somebody's word, and the rules by which needs are found."""

    kinds: dict[NeedKind, Launching] = Field(default_factory=dict)
    patience: Duration = timedelta(days=180)
    rules: Annotated[dict[Code, NeedRule], Field(max_length=MOST_RULES)] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _sound_rules(self) -> Self:
        for name, rule in self.rules.items():
            if name in RESERVED:
                raise ValueError(f"rules.{name}: reserved")
            if rule.need not in self.kinds:
                raise ValueError(f"rules.{name}.need: not_in_policy (no kind {rule.need!r})")
        return self
