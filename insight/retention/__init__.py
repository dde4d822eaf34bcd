"""What customers that were there have kept, added and taken away, out of the facts of accounts."""
