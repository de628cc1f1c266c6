"""What the server remembers of itself: counters, durations, slow commands, spikes."""
