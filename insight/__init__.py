"""What the guaranteed end is for: forecasts and how good they are, why deals are won and lost,
where the next hour pays, and how long the clock should wait. Reads the ledger; writes nothing but
snapshots."""
