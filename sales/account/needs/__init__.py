"""What the customer may need next."""
