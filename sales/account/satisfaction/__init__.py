"""How satisfied the customer is."""
