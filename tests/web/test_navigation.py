import re

import pytest
from flask import Flask

from app.services.deps import Deps
from tests.guards.world import make_world

CURRENT = re.compile(r'<a class="ft-nav" href="([^"?]+)[^"]*" aria-current="page"')


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("page", "place"),
    [
        ("/dashboard", "/dashboard"),
        ("/transactions", "/transactions"),
        ("/transactions/1", "/transactions"),
        ("/business/transactions", "/business/transactions"),
        ("/imports/1/rows", "/imports"),
        ("/receipts/1", "/receipts"),
        ("/categories", "/categories"),
        ("/settings/devices", "/settings"),
    ],
)
def test_the_sidebar_marks_the_place_of_every_page(app: Flask, deps: Deps, page: str, place: str) -> None:
    client = make_world(app, deps).client("owner")

    assert set(CURRENT.findall(client.get(page).get_data(as_text=True))) == {place}
