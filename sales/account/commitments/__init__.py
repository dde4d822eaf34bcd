"""What was promised to the customer."""
