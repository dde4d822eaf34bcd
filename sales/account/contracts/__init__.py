"""What was agreed for a term."""
