"""The durable drivers: thin, and telling the story the rules decide."""

from temporalio.worker import Interceptor

from workflows.account import Account
from workflows.hearing import Guard
from workflows.opportunity import Opportunity
from workflows.reconcile import Reconcile

WORKFLOWS: list[type] = [Opportunity, Account, Reconcile]
INTERCEPTORS: list[Interceptor] = [Guard()]
