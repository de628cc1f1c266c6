"""The wire: RESP, the server (`redis-tutor serve`), and the client of a real Redis."""
