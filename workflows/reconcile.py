"""Reconciliation on a schedule: one round, tried until it succeeds."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.reconcile import ReconcileActivities
    from activities.reconciled import Reconciled


@workflow.defn(name="Reconcile")
class Reconcile:
    """One round of putting Temporal and the ledger right with each other."""

    @workflow.run
    async def run(self, deep: bool = False) -> Reconciled:
        """What was found; `deep` also asks every running opportunity how far it is."""
        return await workflow.execute_activity_method(
            ReconcileActivities.reconcile,
            deep,
            start_to_close_timeout=timedelta(hours=2),
            heartbeat_timeout=timedelta(minutes=2),
            retry_policy=RetryPolicy(maximum_attempts=5),
        )
