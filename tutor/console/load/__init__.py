"""``redis-tutor load``: the workloads of the labs against a real Redis or Redis Cluster.

Pace ─▶ Crew of threads ─▶ routine of a lab ─▶ LoadTarget ─▶ redis-py
                └────────▶ Figures ─▶ charts | JSON
"""
