from sqlalchemy import select

from app.domain.books import BookKind
from app.domain.fiscal_years import FiscalYear
from app.domain.tax.answers import Answers
from app.models.book import Book
from app.services.deps import Deps
from app.services.tax_plans import CITY_LENGTH, TaxYear, save_answers


def fill(deps: Deps, book_id: int, user_id: int, planted: str) -> dict[str, object]:
    """Something of everything that these pages show, every text holding `planted`; the ids by the names of route parameters."""
    kind = deps.session.scalars(select(Book.kind).where(Book.id == book_id)).one()
    if kind == BookKind.PERSONAL:
        answers = Answers(
            city=planted[:CITY_LENGTH],
            salary=250_000_000,
            basic=100_000_000,
            rent_allowance=40_000_000,
            rent_paid=36_000_000,
            savings=20_000_000,
            gain_equity_long=30_000_000,
            gain_slab=-5_000_000,
            own_house_interest=25_000_000,
            tax_deducted=10_000_000,
        )
        save_answers(TaxYear(book_id, user_id, FiscalYear(2026)), answers, deps=deps)
    return {}
