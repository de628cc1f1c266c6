"""What a step's world may have beside its engine: a Django process, a Memcached.

cache.set("k", 1)  ─▶ Desk ─▶ Django, redis-py ─▶ sessions of the engine   one entry, undoable
:mc set k 0 60 v   ─▶ McStage                                              one entry, undoable
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from tutor.course.calls import CallEntry, McEntry, essence, is_call, is_mc, mc_keys
from tutor.course.model import Step
from tutor.course.stepclock import StepClock, pass_time
from tutor.engine.engine import Engine
from tutor.engine.replies import Reply
from tutor.engine.session import Session
from tutor.engine.world import Entry, World, waits

if TYPE_CHECKING:
    from tutor.course.mcstage import McStage
    from tutor.memcached.memcached import Memcached
    from tutor.network.django.desk import Desk
    from tutor.network.django.memory import Condition

_WAITS_S = 60
_NAP_S = 0.1


class Beside:
    """See the module's text; ``world`` is None while the setup is carried out. ``log`` are the
    setup's commands for Memcached."""

    def __init__(
        self,
        step: Step,
        seed: int,
        engine: Engine,
        clock: StepClock,
        world: World | None = None,
        log: Sequence[McEntry] = (),
    ) -> None:
        self.step = step
        self.seed = seed
        self.world = world
        self.host = EngineHost(engine, clock, world)
        self._clock = clock
        self._log = log
        self._calls = 0

    @cached_property
    def desk(self) -> Desk:
        """The Django process. Only for a step that has one."""
        from tutor.network.django.desk import Desk
        from tutor.network.django.settings import BLOCKS, read

        setup = self.step.django
        assert setup is not None
        return Desk(read(BLOCKS[setup.settings]), {"master": self.host}, self.seed)

    @cached_property
    def _mc(self) -> McStage:
        from tutor.course.mcstage import McStage

        setup = self.step.memcached
        assert setup is not None
        return McStage(setup, self._clock, self._log)

    @property
    def memcached(self) -> Memcached:
        """The Memcached as it stands now. Only for a step that has one."""
        return self._mc.at(self.world.history if self.world is not None else ())

    @property
    def log(self) -> Sequence[McEntry]:
        """The setup's commands for Memcached."""
        return self._mc.log if self.step.memcached is not None else ()

    def takes(self, argv: Sequence[bytes]) -> bool:
        """Whether a line is for one of these."""
        if self.step.memcached is not None and is_mc(argv):
            return True
        return self.step.django is not None and is_call(argv)

    def run(self, argv: Sequence[bytes], client: int) -> Entry:
        """Carry out such a line as one entry of the world's history."""
        world = self.world
        assert world is not None
        if is_mc(argv):
            words = essence(argv)
            mc = McEntry(words, client=client, named=mc_keys(words))
            return world.perform(mc, lambda: self._mc.carry_out(mc, world.history))
        call = self._entry(argv, client)
        return world.perform(call, lambda: self._call(call))

    def prepare(self, argv: Sequence[bytes]) -> Reply:
        """Carry out such a line of the setup."""
        if is_mc(argv):
            return self._mc.note(McEntry(essence(argv), now_us=self._clock.now_us()))
        return self._call(self._entry(argv, 1))

    def _entry(self, argv: Sequence[bytes], client: int) -> CallEntry:
        from tutor.course.callwords import call_keys

        text = argv[0].decode("utf-8", "surrogateescape")
        return CallEntry(essence(argv), client=client, text=text, named=call_keys(text))

    def _call(self, entry: CallEntry) -> Reply:
        self._calls += 1
        told = self.desk.call(entry.text, self._calls)
        entry.told, entry.keys, entry.db = told, told.keys, told.db
        return told.reply


class EngineHost:
    """An engine that Django's connections reach; where there is a ``world``, within its `perform`.
    Time goes by in the step's clock while one of them waits."""

    condition: Condition = "up"

    def __init__(self, engine: Engine, clock: StepClock, world: World | None = None) -> None:
        self.engine = engine
        self._clock = clock
        self._world = world
        self._sessions: dict[int, Session] = {}

    def session(self, place: int) -> Session:
        """The connection of a pool; another one once it was closed."""
        session = self._sessions.get(place)
        if session is None or self.engine.sessions.get(session.id) is not session:
            session = self._sessions[place] = self.engine.connect()
        return session

    def execute(self, session: Session, argv: Sequence[bytes]) -> Reply:
        """Carry out a command."""
        if self._world is not None:
            self._world.watch_keys(session, argv)
        return self.engine.execute(session, argv)

    def wait(self, session: Session) -> None:
        """Let time go by until the command is answered."""
        for _ in range(round(_WAITS_S / _NAP_S)):
            if not waits(session):
                return
            pass_time(self.engine, self._clock, _NAP_S)

    def hang_up(self, session: Session) -> None:
        """The client is gone."""
        if self.engine.sessions.get(session.id) is session:
            self.engine.disconnect(session)
