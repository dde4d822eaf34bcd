"""The commands of an account: each noun is a file."""
