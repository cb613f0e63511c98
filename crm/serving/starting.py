"""Putting a process together without the garbage collector in the way."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """Import and build without collections: what a start makes stays, and looking through it is a third of the time.

    What there is at the end is frozen, so that no later collection looks at it either; in a worker that would copy
    the pages which it shares with its siblings. Nothing is collected first: that leaves holes all over the shared
    pages, and every worker would fill them with objects of its own.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
