"""The persistence stage: the same writes under every setting, a death, and what is left.

save ""          ✓ nothing
save 2 1         what the last dump holds
appendfsync no   what the system had written by itself
everysec         all but the last second
always           everything
"""

from tutor.labs.durability.stage import DEATHS, POLICIES, Death, Outcome, Policy, run, run_all

__all__ = ["DEATHS", "POLICIES", "Death", "Outcome", "Policy", "run", "run_all"]
