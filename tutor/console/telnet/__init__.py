"""Talking to our Memcached in its own protocol: lines, syntax, and errors explained."""
