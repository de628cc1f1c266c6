"""`redis-tutor lessons`: what lesson authors run, to begin, prove, play and review lessons."""
