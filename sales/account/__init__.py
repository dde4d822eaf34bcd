"""An account: the relationship. It has no natural end; it launches opportunities and learns theirs,
keeps what was promised, asks how satisfied the customer is, and finds the next opportunity.

Each part of that is a folder: what it remembers, what may be said, which facts follow. What an
account carries is bounded however old it gets: everything else is a fact in the ledger.
"""
