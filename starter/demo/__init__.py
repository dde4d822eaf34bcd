"""The demonstration: a sales quarter in a minute, on the real server, held to its script."""
