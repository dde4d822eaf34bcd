"""Workflow ids: one opportunity, one account, one pool, one workflow each, for ever."""


def opportunity_workflow(opportunity_id: str) -> str:
    """The workflow id of an opportunity."""
    return f"opportunity:{opportunity_id}"


def account_workflow(account_id: str) -> str:
    """The workflow id of an account."""
    return f"account:{account_id}"


def pool_workflow(pool_id: str) -> str:
    """The workflow id of a pool."""
    return f"pool:{pool_id}"
