"""What a period will bring: by category, by stage, as learned, and as people judge it."""
