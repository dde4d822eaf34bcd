"""Where the next hour pays, what to stop, and how the work is spread."""
