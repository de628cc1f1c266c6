"""Floor 1: the data structures of Redis 7.0.15, one per file.

Each structure keeps its contents in the native Python type that is fastest for them and, besides
that, only the history its bytes cannot be derived from. ``layout(window)`` derives the exact memory
image on demand, in time proportional to what is visible. Nothing here knows commands, keys, clients
or clocks; randomness is always handed in.
"""
