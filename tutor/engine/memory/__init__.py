"""What the data cost, and what is done about it: sizes, accounts, eviction, times of last use."""
