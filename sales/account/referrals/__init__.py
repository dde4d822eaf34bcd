"""Customers who tell of other customers."""
