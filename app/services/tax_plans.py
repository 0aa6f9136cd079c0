"""Keeping what a person says about a year's tax. The estimate itself is reckoned when it is looked at."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.domain.books import BookKind
from app.domain.errors import Refused
from app.domain.fiscal_years import FiscalYear
from app.domain.tax.answers import AMOUNTS, FROM_BOOKS, MAY_BE_LOSSES, Answers, taxpayer
from app.domain.tax.years import Regime, tax_rules
from app.domain.texts import clean
from app.models.tax_plan import TaxPlan
from app.queries.tax_books import CURRENCY
from app.services.deps import Deps
from app.services.uow import BookWork, book_work

CITY_LENGTH = 80
MOST_MINOR = 10**15
EARLIEST_BIRTH = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class TaxYear:
    """Whose answers for which year are meant, and who changes them."""

    book_id: int
    user_id: int | None
    fy: FiscalYear


def save_answers(year: TaxYear, answers: Answers, *, deps: Deps) -> None:
    """Keep a year's answers in place of those before.

    Raises: Refused with the field to correct; NotKnown for a year without rules.
    """
    with book_work(deps, year.book_id, user_id=year.user_id) as work:
        _write(work, year.fy, _checked(work, year.fy, answers))


def follow_books(year: TaxYear, names: Iterable[str], *, deps: Deps) -> None:
    """Take back answers that stand above the books' figures, by their names in `answers.FROM_BOOKS`.

    Raises: Refused for a name that the books know nothing of.
    """
    wanted = set(names)
    if not wanted <= set(FROM_BOOKS):
        raise Refused("Your books have no such figure.")
    with book_work(deps, year.book_id, user_id=year.user_id) as work:
        row = _row(work, year.fy)
        if row is None or row.removed_at is not None:
            return
        nothing: dict[str, Any] = dict.fromkeys(wanted)
        _write(work, year.fy, replace(_answers(row), **nothing))


def clear_answers(year: TaxYear, *, deps: Deps) -> bool:
    """Take all answers of a year out of sight, until they are brought back or others are saved. Returns whether there were any."""
    with book_work(deps, year.book_id, user_id=year.user_id) as work:
        row = _row(work, year.fy)
        if row is None or row.removed_at is not None:
            return False
        row.removed_at = work.now
        work.audit("tax_plan.cleared", f"tax_plan:{year.fy}", before=asdict(_answers(row)))
        return True


def restore_answers(year: TaxYear, *, deps: Deps) -> bool:
    """Bring cleared answers back. Returns whether there were any."""
    with book_work(deps, year.book_id, user_id=year.user_id) as work:
        row = _row(work, year.fy)
        if row is None or row.removed_at is None:
            return False
        row.removed_at = None
        work.audit("tax_plan.restored", f"tax_plan:{year.fy}", after=asdict(_answers(row)))
        return True


def _row(work: BookWork, fy: FiscalYear) -> TaxPlan | None:
    return work.session.scalar(select(TaxPlan).where(TaxPlan.book_id == work.book.id, TaxPlan.fy == str(fy)))


def _answers(row: TaxPlan) -> Answers:
    return Answers(**{field.name: getattr(row, field.name) for field in fields(Answers)})


def _write(work: BookWork, fy: FiscalYear, answers: Answers) -> None:
    row = _row(work, fy)
    before = None if row is None or row.removed_at is not None else asdict(_answers(row))
    after = {field.name: getattr(answers, field.name) for field in fields(answers)}
    if before == after:
        return
    if row is None:
        work.session.add(TaxPlan(book_id=work.book.id, fy=str(fy), updated_at=work.now, removed_at=None, **after))
    else:
        for name, value in after.items():
            setattr(row, name, value)
        row.updated_at, row.removed_at = work.now, None
    work.session.flush()
    work.audit("tax_plan.saved", f"tax_plan:{fy}", before=before, after=after)


def _checked(work: BookWork, fy: FiscalYear, answers: Answers) -> Answers:
    if work.book.kind != BookKind.PERSONAL or work.book.currency != CURRENCY:
        raise Refused("Indian income tax is reckoned in personal books in rupees.")
    tax_rules(fy, Regime.NEW)  # raises for a year without rules
    for name in AMOUNTS:
        amount = getattr(answers, name)
        if amount is None:
            continue
        if amount < 0 and name not in MAY_BE_LOSSES:
            raise Refused("Write an amount of zero or more.", field=name)
        if abs(amount) > MOST_MINOR:
            raise Refused("That is more than FinTrak can keep.", field=name)
    born = answers.born_on
    if born is not None and not EARLIEST_BIRTH <= born <= work.now.astimezone(ZoneInfo(work.book.timezone)).date():
        raise Refused("Write the day you were born, or leave it empty.", field="born_on")
    taxpayer(fy, answers, None)  # raises for someone born after the year
    return replace(answers, city=clean(answers.city, CITY_LENGTH))
