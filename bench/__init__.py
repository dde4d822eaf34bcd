"""What Closeline costs, measured beside a bare workflow: `python -m bench`."""
