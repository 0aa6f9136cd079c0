"""A person with a book, signed in: what most tests of pages begin with. A module says it otherwise with a fixture of the same name."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.services.deps import Deps
from tests.blueprints.browser import Browser


@pytest.fixture
def owner(make_user: Callable[..., int]) -> int:
    return make_user()


@pytest.fixture
def book(make_book: Callable[..., int], owner: int) -> int:
    return make_book(owner)


@pytest.fixture
def browser(app: Flask, deps: Deps, owner: int, book: int) -> Browser:
    """The owner's browser, signed in; the book is open."""
    assert book
    return Browser(app).sign_in_as(owner, deps)
