import pytest
from flask import Flask

from app.services.deps import Deps
from tests.guards.world import PLANTED, World, make_world


@pytest.fixture
def world(app: Flask, deps: Deps) -> World:
    return make_world(app, deps)


@pytest.fixture
def planted_world(app: Flask, deps: Deps) -> World:
    return make_world(app, deps, planted=PLANTED)
