"""The commands, one file a noun: each reads its options, says or asks one thing, shows it."""
