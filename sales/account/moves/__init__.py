"""Opportunities that go to another account."""
