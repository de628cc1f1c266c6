"""How much was compared with the real server in this run; summed over xdist workers."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Tally:
    """``calls``: replies compared; ``steps``: steps of state machines; ``differences``: found."""

    calls: int = 0
    steps: int = 0
    differences: int = 0

    def add(self, other: dict[str, int]) -> None:
        """Add what another process counted (`as_dict` of its tally)."""
        self.calls += other["calls"]
        self.steps += other["steps"]
        self.differences += other["differences"]

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


TALLY = Tally()
"""This process's count. Tests add to it; `tests/conftest.py` prints it."""
