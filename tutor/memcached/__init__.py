"""Memcached 1.6.18: slabs, segmented LRU, text and meta commands. No sockets, no clock."""
