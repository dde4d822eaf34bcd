"""Late evidence: what comes after the end, and what begins because of it."""
