from datetime import date

from sqlalchemy import select

from app.domain.books import Subtype
from app.domain.credit_factors import CreditKind
from app.domain.credit_scores import Score
from app.models.account import Account
from app.services.accounts import AccountCommand, add_account
from app.services.credit import AccountFacts, add_account_facts, add_enquiry, add_score
from app.services.deps import Deps


def fill(deps: Deps, book_id: int, user_id: int, planted: str) -> dict[str, object]:
    """Something of everything that these pages show, every text holding `planted`; the ids by the names of route parameters."""
    score_id = add_score(book_id, Score(date(2026, 11, 3), planted[:60], 781), user_id=user_id, deps=deps)
    for month in (5, 8):
        add_score(book_id, Score(date(2026, month, 3), planted[:60], 770 + month), user_id=user_id, deps=deps)
    add_account(
        AccountCommand(book_id, user_id, f"Card {planted}"[:80], Subtype.CARD, "INR", icon="credit-card"), deps=deps
    )
    card = deps.session.scalars(
        select(Account.id).where(Account.book_id == book_id, Account.name == f"Card {planted}"[:80])
    ).one()
    facts = AccountFacts(CreditKind.CARD, planted[:80], card, None, 10_000_000, date(2020, 1, 5), 1)
    credit_account_id = add_account_facts(book_id, facts, user_id=user_id, deps=deps)
    enquiry_id = add_enquiry(book_id, date(2026, 10, 1), planted[:80], user_id=user_id, deps=deps)
    return {"score_id": score_id, "credit_account_id": credit_account_id, "enquiry_id": enquiry_id}
