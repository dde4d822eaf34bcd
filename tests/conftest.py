"""How hard the property tests try: 100 examples at home, always the same ones; more, and new ones
every time, where CI is set."""

import os

from hypothesis import settings

settings.register_profile("dev", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("ci", max_examples=500, deadline=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")
