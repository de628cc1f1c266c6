"""The persistence stage: the same writes under every setting, a death, and what is left.

save ""          ✓ nothing
save 2 1         what the last dump holds
appendfsync no   what the system had written by itself
everysec         all but the last second
always           everything
"""

from tutor.labs.durability.outcome import Outcome, run, run_all
from tutor.labs.durability.policies import DEATHS, POLICIES, Death, Policy
from tutor.labs.durability.stage import Stage

__all__ = ["DEATHS", "POLICIES", "Death", "Outcome", "Policy", "Stage", "run", "run_all"]
