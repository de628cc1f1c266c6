"""Persistence: what an engine holds as files, and back (redis 7.0, rdb.c, aof.c)."""
