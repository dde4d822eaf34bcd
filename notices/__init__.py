"""The ways out: which notices go over which channel, and the worker's loop that sends them."""
