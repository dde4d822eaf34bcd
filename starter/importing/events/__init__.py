"""Event logs: one row an event. The events of one case become what was said of one opportunity, and
the rules decide it in the order in which it happened."""
