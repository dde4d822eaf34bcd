"""Tables: files of strangers, read a record at a time and never trusted."""
