"""A market that lives by the same rules as the real one, without a server: all of it from a seed.

`Market` makes scripts, `play` plays one under a simulated clock exactly as a workflow would, and
`simulate` plays a whole market, into a ledger if there is one. A script is plain data, so that a
real workflow can be told the same.
"""
