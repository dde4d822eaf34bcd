"""What the facts about accounts that become one say in their `data`."""

from typing import Any, Final

from sales.account.merging.handed import HandedCommitment, HandedContract
from sales.shapes import Number
from sales.values import Code, Count, Id, Model, Name


class AccountMerging(Model):
    """It is to be merged into another account, which is asked."""

    into: Id
    contracts: tuple[Id, ...]
    commitments: tuple[Id, ...]
    letters: Count
    open: Count


class MergeAccepted(Model):
    """Another account is to be merged into this one, which knows those ids already."""

    from_account: Id
    taken: tuple[Id, ...]


class MergeRefused(Model):
    """Another account cannot be merged into this one; `rule` says why."""

    from_account: Id
    rule: Code


class MergeAgreed(Model):
    """The other account takes this one. What is `renamed` has another name there."""

    into: Id
    renamed: dict[Id, Id]


class MergeDeclined(Model):
    """The other account cannot take this one, which goes on as it was."""

    into: Id
    rule: Code


class HandedOver(Model):
    """Contracts and commitments that are another account's from now on, by the ids that they had
    here."""

    to_account: Id
    contracts: dict[Id, HandedContract]
    commitments: dict[Id, HandedCommitment]


class TakenOver(Model):
    """What another account has handed over, by the ids that it has here; `handover` is the number
    of the other's fact."""

    from_account: Id
    handover: Number
    contracts: dict[Id, HandedContract]
    commitments: dict[Id, HandedCommitment]


class HandoverConfirmed(Model):
    """The other account has it."""

    into: Id
    handover: Number


class PassedOn(Model):
    """What is said, and is another account's to hear."""

    kind: Name
    body: dict[str, Any]


class MessagePassedOn(Model):
    """It was said to an account that was merged; the other one hears it. `process` is that of an
    opportunity which has ended before it had moved."""

    to_account: Id
    message: PassedOn
    field: Name
    rule: Code
    process: Code | None = None


class AccountJoined(Model):
    """Another account has become part of this one."""

    from_account: Id


MERGE_SHAPES: Final[dict[str, type[Model]]] = {
    "account_merging": AccountMerging,
    "merge_accepted": MergeAccepted,
    "merge_refused": MergeRefused,
    "merge_agreed": MergeAgreed,
    "merge_declined": MergeDeclined,
    "handed_over": HandedOver,
    "taken_over": TakenOver,
    "handover_confirmed": HandoverConfirmed,
    "message_passed_on": MessagePassedOn,
    "account_joined": AccountJoined,
}
