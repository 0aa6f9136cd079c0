"""A deposit of every family, so that the promises about the whole app are kept on the pages of schemes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from app.domain.books import Subtype
from app.domain.scheme_kinds import SchemeKind
from app.models.account import Account
from app.services.deps import Deps
from app.services.scheme_terms import SchemeCommand
from app.services.schemes import add_scheme


def fill(deps: Deps, book_id: int, user_id: int, planted: str) -> dict[str, object]:
    """Something of everything that these pages show, every text holding `planted`; the ids by the names of route parameters."""
    bank = deps.session.scalars(
        select(Account.id).where(Account.book_id == book_id, Account.subtype == Subtype.BANK).order_by(Account.id)
    ).first()
    command = SchemeCommand(
        book_id=book_id,
        user_id=user_id,
        kind=SchemeKind.PPF,
        name=f"Fund {planted}"[:80],
        opened_on=date(2025, 4, 3),
        institution=planted[:80],
        number_end=planted[:8],
        principal_minor=5_000_000,
        rate=Decimal("0.071"),
        from_account_id=bank,
        payout_account_id=bank,
        nominee=planted[:80],
        note=planted[:1000],
    )
    scheme_id = add_scheme(command, deps=deps)
    ended = replace(command, kind=SchemeKind.FD, name=f"Deposit {planted}"[:80], tenor_months=12)
    add_scheme(ended, deps=deps)
    paying = replace(
        command, kind=SchemeKind.MIS, name=f"Income {planted}"[:80], rate=Decimal("0.074"), is_taken_over=True
    )
    add_scheme(paying, deps=deps)
    return {"scheme_id": scheme_id, "scheme_kind": SchemeKind.FD.value}
