"""What makes the payloads that Temporal keeps unreadable to whoever has no key."""
