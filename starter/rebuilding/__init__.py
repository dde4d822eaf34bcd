"""A lost ledger made anew from Temporal's histories, as far back as retention has left them."""
