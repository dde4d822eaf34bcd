"""The contract: JSON Schemas of everything that crosses the wire, written from the models."""
