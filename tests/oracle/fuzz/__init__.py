"""Differential fuzzing over TCP: random commands of every group, to both servers."""
