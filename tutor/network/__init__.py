"""The wire: RESP, and the client of a real Redis."""
