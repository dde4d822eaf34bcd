"""What forecasts said, kept so that it can be compared and scored without being computed again."""
