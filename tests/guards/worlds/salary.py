from datetime import date

from sqlalchemy import select

from app.domain.books import BookKind
from app.domain.periods import Month
from app.domain.salaries import Part, PayItem, PayTerms, ProvidentMode, TaxMode
from app.models.account import Account
from app.models.book import Book
from app.queries.salaries import job_of
from app.services.deps import Deps
from app.services.recurring import confirm
from app.services.salaries import ITEM_LENGTH, NOTE_LENGTH, RevisionCommand, SalaryCommand, add_revision, add_salary


def fill(deps: Deps, book_id: int, user_id: int, planted: str) -> dict[str, object]:
    """Something of everything that these pages show, every text holding `planted`; the ids by the names of route parameters."""
    if deps.session.scalar(select(Book.kind).where(Book.id == book_id)) == BookKind.BUSINESS:
        return {}
    named = select(Account.id).where(Account.book_id == book_id)
    bank = deps.session.scalars(named.where(Account.name == "Bank account")).one()
    items = (
        PayItem(Part.TAXED, planted[:ITEM_LENGTH], 200_000),
        PayItem(Part.DEDUCTION, planted[:ITEM_LENGTH], 50_000),
    )
    terms = PayTerms(
        6_000_000,
        rent_allowance_minor=2_400_000,
        items=items,
        provident=ProvidentMode.CAPPED,
        state="MH",
        tax=TaxMode.PLAN,
    )
    command = SalaryCommand(
        book_id, user_id, planted[:120], bank, date(2026, 10, 31), is_month_end=True, is_automatic=False, posts_past=True,
        born_on=date(1990, 1, 1),
    )  # fmt: skip
    salary_id = add_salary(command, terms, deps=deps)
    raised = RevisionCommand(book_id, user_id, Month(2026, 11), terms, planted[:NOTE_LENGTH])
    revision_id = add_revision(salary_id, raised, deps=deps)
    schedule_id = job_of(deps.session, book_id, salary_id).schedule_id
    confirm(book_id, schedule_id, date(2026, 10, 31), user_id=user_id, deps=deps)
    return {"salary_id": salary_id, "salary_revision_id": revision_id, "pay_month": "2026-11"}
