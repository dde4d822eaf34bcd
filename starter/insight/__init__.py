"""The commands of insight: what the guaranteed end is for, shown."""
