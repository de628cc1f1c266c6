"""`redis-tutor dissect`, `check-rdb` and `check-aof`: files of Redis seen through and judged."""
