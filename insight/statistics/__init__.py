"""Statistics in plain numpy: each formula by the name of who gave it, held against scipy's."""
