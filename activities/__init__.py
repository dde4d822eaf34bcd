"""The effects: everything workflows ask of the world outside."""

from collections.abc import Callable
from typing import Any

from temporalio.client import Client

from activities.accounts import Accounts
from activities.admission import AdmissionActivities
from activities.delivery import DeliveryActivities
from activities.reconcile import ReconcileActivities
from activities.rolling import may_roll_over
from activities.snapshot import SnapshotActivities
from ledger.ledger import Ledger
from processes import Library


def make(
    client: Client, ledger: Ledger, library: Library, task_queue: str
) -> list[Callable[..., Any]]:
    """Every activity, ready to be registered by a worker."""
    accounts = Accounts(client, task_queue)
    admission = AdmissionActivities(ledger, library, accounts)
    delivery = DeliveryActivities(ledger, accounts)
    return [
        admission.admit,
        admission.adopt,
        admission.find_process,
        admission.find_policy,
        admission.recall_account,
        delivery.deliver,
        delivery.deliver_account,
        delivery.deliver_pool,
        delivery.recall_pool,
        delivery.recall,
        may_roll_over,
        ReconcileActivities(client, ledger, accounts).reconcile,
        SnapshotActivities(ledger).take,
    ]
