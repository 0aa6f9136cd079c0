"""Every blueprint, with how it is registered."""

from typing import Any

from flask import Blueprint

from app.blueprints.accounts import categories as accounts
from app.blueprints.auth import views as auth
from app.blueprints.business import views as business
from app.blueprints.credit import views as credit
from app.blueprints.imports import views as imports
from app.blueprints.insights import views as insights
from app.blueprints.investments import prices as investments
from app.blueprints.ledger import entries as ledger
from app.blueprints.loans import views as loans
from app.blueprints.net_worth import goals as net_worth
from app.blueprints.personal import views as personal
from app.blueprints.receipts import views as receipts
from app.blueprints.recurring import found as recurring
from app.blueprints.salary import views as salary
from app.blueprints.schemes import views as schemes
from app.blueprints.settings import books as settings
from app.blueprints.system import views as system
from app.blueprints.tax import views as tax

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
    (recurring.bp, {}),
    (salary.bp, {}),
    (loans.bp, {}),
    (loans.bp, {"name": "business_loans", "url_prefix": "/business"}),
    (schemes.bp, {}),
    (investments.bp, {}),
    (net_worth.bp, {}),
    (tax.bp, {}),
    (credit.bp, {}),
)
