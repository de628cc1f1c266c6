"""Turns with an engine: everybody who asks comes in, however busy somebody else is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tutor.engine.turns import Turns

LONG_S = 60


@contextmanager
def held(turns: Turns) -> Iterator[None]:
    """Another thread has the turn."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with turns:
            taken.set()
            done.wait(LONG_S)

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait(LONG_S)
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_who_has_the_turn_may_take_it_again() -> None:
    turns = Turns()
    with turns, turns, turns.glance() as mine:
        assert mine
    with held(turns), turns.glance(0.001) as mine:
        assert not mine


def test_a_glance_fails_while_another_has_the_turn_and_leaves_nothing_behind() -> None:
    turns = Turns()
    with held(turns):
        for _ in range(3):
            with turns.glance(0.001) as mine:
                assert not mine
    with turns.glance() as mine:
        assert mine


def test_a_thread_that_takes_turn_after_turn_lets_others_in() -> None:
    turns, stop, rounds = Turns(), threading.Event(), [0]

    def greedy() -> None:
        while not stop.is_set():
            with turns:
                rounds[0] += 1

    thread = threading.Thread(target=greedy)
    thread.start()
    try:
        for _ in range(50):
            assert turns.acquire(LONG_S)
            turns.release()
    finally:
        stop.set()
        thread.join()
    assert rounds[0] > 0


def test_in_the_middle_of_a_turn_those_who_wait_can_be_let_in() -> None:
    turns, came = Turns(), threading.Event()

    def visit() -> None:
        with turns:
            came.set()

    with turns, turns:
        turns.let_others_in()  # nobody waits
        thread = threading.Thread(target=visit)
        thread.start()
        while not came.is_set():
            turns.let_others_in()
        with turns.glance() as mine:
            assert mine
    thread.join()
    with turns.glance() as mine:
        assert mine


def test_an_error_within_gives_the_turn_back() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns:
        _ = 1 / 0
    with turns.glance() as mine:
        assert mine
