"""What people start: the command line, the client, and the embedded Temporal server."""
