"""Erasing a person's data, or free text, wherever it is kept."""
