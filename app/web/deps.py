"""The dependencies of the running application, for views and jobs."""

from datetime import date
from zoneinfo import ZoneInfo

from flask import current_app, g

from app.services.deps import Deps
from app.settings import Settings


def current_deps() -> Deps:
    """What the factory assembled."""
    deps: Deps = current_app.extensions["fintrak"]
    return deps


def current_settings() -> Settings:
    """What the operator set."""
    settings: Settings = current_app.extensions["fintrak_settings"]
    return settings


def today() -> date:
    """The date where the book is: one clock for every page of it."""
    return current_deps().now().astimezone(ZoneInfo(g.book.timezone)).date()
