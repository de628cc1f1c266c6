"""Clients with one another: who waits, listens, tracks, watches; what of a command they may see."""
