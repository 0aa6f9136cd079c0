"""Every blueprint, with how it is registered."""

from typing import Any

from flask import Blueprint

from app.blueprints.accounts import categories as accounts
from app.blueprints.auth import views as auth
from app.blueprints.business import views as business
from app.blueprints.imports import views as imports
from app.blueprints.insights import views as insights
from app.blueprints.ledger import entries as ledger
from app.blueprints.personal import views as personal
from app.blueprints.receipts import views as receipts
from app.blueprints.settings import books as settings
from app.blueprints.system import views as system

ALL: tuple[tuple[Blueprint, dict[str, Any]], ...] = (
    (system.bp, {}),
    (auth.bp, {}),
    (settings.bp, {}),
    (personal.bp, {}),
    (business.bp, {}),
    (ledger.bp, {}),
    (ledger.bp, {"name": "business_ledger", "url_prefix": "/business"}),
    (insights.bp, {}),
    (accounts.bp, {}),
    (receipts.bp, {}),
    (imports.bp, {}),
)
