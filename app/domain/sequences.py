"""Sequences cut into pieces that a database statement can hold."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Tuples of `size` items, the last one shorter (itertools.batched, which Python 3.11 does not have)."""
    iterator = iter(items)
    while batch := tuple(islice(iterator, size)):
        yield batch
