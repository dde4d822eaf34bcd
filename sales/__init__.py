"""The rules of selling, pure: no clock, no I/O, no randomness, no Temporal.

`decide` says which facts a message causes, `evolve` says what a fact does to the state, and both
are total. The workflows, the simulation, the import and the property tests all run on these two.
"""
