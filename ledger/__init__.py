"""The ledger: the SQL store of all facts, and of the current rows folded from them.

It follows its writers as a replica follows a log: what it holds is what their histories say,
and what a history took back is marked superseded, never deleted. `ledger.ledger.Ledger` is the
way in; `ledger.batch` is all that a workflow needs to know and imports no database.
"""
