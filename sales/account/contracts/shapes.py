"""What the facts about what was agreed for a term say in their `data`."""

from typing import Final

from sales.account.contracts.span import Length
from sales.opportunity import OutcomeName
from sales.shapes import Number, Seconds
from sales.values import Code, Day, Flag, Growth, Id, Instant, Model, Money, Name


class ContractRecorded(Model):
    """A contract runs, or is to begin, by a win (`opportunity_id`) or because somebody said so.

    `start` and `end` are its ends as people say them, `starts_at` and `ends_at` the instants; it
    renews for `length` on the day `on` of a month.
    """

    contract_id: Id
    term: Number
    start: Day
    end: Day
    starts_at: Instant
    ends_at: Instant
    length: Length
    on: Number
    time_zone: str
    auto_renew: Flag
    notice: Seconds | None = None
    recurring: Money | None = None
    amount: Money | None = None
    escalator: Growth | None = None
    product: Name | None = None
    opportunity_id: Id | None = None


class ContractAmended(Model):
    """It changed within its term. Of a sum that changed, `before` is what it was, and `escalated`
    how much came by a clause of the contract; `opportunity_id` is the win that joined it. With
    `keep` it goes on, although notice had been given."""

    contract_id: Id
    term: Number
    recurring: Money | None = None
    before: Money | None = None
    escalated: Money | None = None
    end: Day | None = None
    ends_at: Instant | None = None
    notice: Seconds | None = None
    auto_renew: Flag | None = None
    escalator: Growth | None = None
    product: Name | None = None
    opportunity_id: Id | None = None
    keep: Flag = False


class ContractEnding(Model):
    """Notice was given: it ends then. `open` are the opportunities that were to renew it."""

    contract_id: Id
    term: Number
    end: Day
    ends_at: Instant
    reason: Code
    open: tuple[Id, ...]


class Agreed(Model):
    """What was agreed for the next term, as far as anything was."""

    start: Day | None = None
    end: Day | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    length: Length | None = None
    on: Number | None = None
    auto_renew: Flag | None = None
    notice: Seconds | None = None
    recurring: Money | None = None


class RenewalDecided(Model):
    """How the renewal of the term ended; with `next` the contract goes on. Without an opportunity
    its own clause has renewed it."""

    contract_id: Id
    term: Number
    outcome: OutcomeName
    reason: Code
    opportunity_id: Id | None = None
    next: Agreed | None = None


class RenewalRefused(Model):
    """The renewal could not be launched, for that rule; it is tried `again_at`, or no more."""

    contract_id: Id
    term: Number
    tries: Number
    field: Name
    rule: Name
    again_at: Instant | None = None


class TermLapsed(Model):
    """The term is over, and these are still to say whether there is another."""

    contract_id: Id
    term: Number
    open: tuple[Id, ...]


class TermRenewed(Model):
    """The next term has begun. `before` is the sum of the one before, and of what has come to it
    `escalated` came by a clause of the contract."""

    contract_id: Id
    term: Number
    start: Day
    end: Day
    starts_at: Instant
    ends_at: Instant
    length: Length
    on: Number
    auto_renew: Flag
    notice: Seconds | None = None
    recurring: Money | None = None
    before: Money | None = None
    escalated: Money | None = None
    reason: Code
    opportunity_id: Id | None = None


class ContractEnded(Model):
    """It is over, and `recurring` returns no more. `outcome` is how its renewal ended, if it was
    tried; `attempts` are the opportunities that tried; `early` where the term was not over yet."""

    contract_id: Id
    term: Number
    reason: Code
    outcome: OutcomeName | None = None
    recurring: Money | None = None
    attempts: tuple[Id, ...]
    early: Flag


class ContractUntracked(Model):
    """A win would have made one more contract than an account can keep."""

    opportunity_id: Id
    recurring: Money | None = None


CONTRACT_SHAPES: Final[dict[str, type[Model]]] = {
    "contract_recorded": ContractRecorded,
    "contract_amended": ContractAmended,
    "contract_ending": ContractEnding,
    "renewal_decided": RenewalDecided,
    "renewal_refused": RenewalRefused,
    "term_lapsed": TermLapsed,
    "term_renewed": TermRenewed,
    "contract_ended": ContractEnded,
    "contract_untracked": ContractUntracked,
}
