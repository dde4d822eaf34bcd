"""How well the account is."""
