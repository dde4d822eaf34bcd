"""How long the clock should wait: what the past says of age, silence and pushes."""
