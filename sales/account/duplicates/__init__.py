"""One opportunity said twice: which repeats which, and who hears what comes late."""
