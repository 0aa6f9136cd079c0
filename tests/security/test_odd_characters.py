"""What no keyboard types but anybody can send: every database answers, and nobody is fooled by what they do not see."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.domain.texts import clean
from app.services.deps import Deps
from tests.blueprints.browser import Browser

NUL = "a\x00b"


@pytest.fixture
def signed_in(app: Flask, deps: Deps, make_user: Callable[..., int], make_book: Callable[..., int]) -> Browser:
    user = make_user()
    make_book(user)
    return Browser(app).sign_in_as(user, deps)


@pytest.mark.parametrize("path", ["/receipts?q=%00a", "/payees.json?q=%00a", "/transactions?q=%00a&tag=%00"])
def test_a_search_for_a_nul_finds_nothing(signed_in: Browser, path: str) -> None:
    assert signed_in.get(path).status_code == 200


def test_an_address_with_a_nul_is_nobodys(app: Flask, signed_in: Browser) -> None:
    answer = Browser(app).send("/login", {"email": f"{NUL}@example.com", "password": NUL})
    shared = signed_in.send("/books/people", {"email": f"{NUL}@example.com", "role": "viewer"})

    assert (answer.status_code, shared.status_code) == (422, 422)


def test_a_device_with_a_nul_is_not_there(signed_in: Browser) -> None:
    assert signed_in.send("/settings/devices/%00/sign-out", page="/profile").status_code == 303


def test_a_name_cannot_turn_the_line_it_stands_in() -> None:
    assert clean("Rent \u202e000,1\u202c \u2066x\u2069", 80) == "Rent 000,1 x"
    assert clean("שכר דירה के\u200dन्द्र", 80) == "שכר דירה के\u200dन्द्र"
