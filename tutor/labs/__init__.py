"""Labs: headless, deterministic experiments in virtual time."""
