"""A capacity pool: hours a period of something scarce (solution engineers, legal review, executive
time), leased to opportunities where they pay the most, and given back by every end.

Opportunities ask for hours and return them by facts of their own (`asking`), and what those facts
say is told to the pool (`telling`). What a pool carries is bounded: live leases, the queue, and
whom it saw go lately.
"""
