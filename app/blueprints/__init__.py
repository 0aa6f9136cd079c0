"""Every blueprint, with how it is registered."""

from typing import Any

from flask import Blueprint

from app.blueprints.auth import views as auth
from app.blueprints.system import views as system

ALL: tuple[tuple[Blueprint, dict[str, Any]], ...] = ((system.bp, {}), (auth.bp, {}))
