"""What this server mails to addresses that nobody has confirmed yet."""

from flask import Flask

from tests.blueprints.browser import Browser
from tests.conftest import FakeMailer


def test_a_registration_cannot_be_used_to_write_to_strangers(app: Flask, mailer: FakeMailer) -> None:
    wanted = {
        "name": "You won, see evil.example",
        "email": "stranger@example.com",
        "password": "four plain words",
    }

    Browser(app).send("/register", wanted)

    [(to, subject, text)] = mailer.sent
    assert to == "stranger@example.com"
    assert "/confirm/" in text
    assert "evil.example" not in subject + text
