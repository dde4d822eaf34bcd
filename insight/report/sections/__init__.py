"""The sections of the report, chapter by chapter: each result with the sentence that says it."""
