"""What a pay day posts: the net pay, every deduction and the gross pay, in one transaction."""

from collections import defaultdict
from dataclasses import replace

from sqlalchemy import select

from app.domain.books import AccountKind, Leg, Source, Subtype, kind_of
from app.domain.errors import Refused
from app.domain.periods import Month
from app.domain.salaries import Part, Pay, PayTerms, Slot, check_net
from app.domain.texts import key
from app.models.account import Account
from app.models.salary import Salary, SalaryAccount, SalaryPayment
from app.queries.salaries import INDIAN_CURRENCY, Job, Payment, job_of, lines_to_text, pay_year, salary_of_schedule
from app.services.accounts import AccountCommand, category_for, open_account, set_archived
from app.services.deps import Deps
from app.services.due import Due
from app.services.payees import payee_ids
from app.services.posting import Draft, account_kinds
from app.services.transactions import record_draft
from app.services.uow import BookWork

PROVIDENT_NAME = "Provident fund (EPF)"
CATEGORIES = {
    Slot.INCOME: (AccountKind.INCOME, "Salary", "briefcase"),
    Slot.EMPLOYER: (AccountKind.INCOME, "Employer provident fund", "building"),
    Slot.TAX: (AccountKind.EXPENSE, "Income tax", "percent"),
    Slot.PROFESSIONAL_TAX: (AccountKind.EXPENSE, "Professional tax", "bank"),
    Slot.INSURANCE: (AccountKind.EXPENSE, "State insurance (ESI)", "shield-check"),
    Slot.DEDUCTIONS: (AccountKind.EXPENSE, "Salary deductions", "dash-circle"),
}
"""The categories that pay is posted to, by the names they begin with. A job keeps their ids, so they can be renamed."""
SLOT_OF = {
    Part.TAX: Slot.TAX,
    Part.PROFESSIONAL_TAX: Slot.PROFESSIONAL_TAX,
    Part.INSURANCE: Slot.INSURANCE,
    Part.DEDUCTION: Slot.DEDUCTIONS,
}


def post_salary(work: BookWork, due: Due, deps: Deps) -> int:
    """Post a pay day: the net pay, each deduction and the gross pay, as the revision of its month says.

    When another net amount was received, more counts as pay that is taxed and less as a deduction.
    Raises: Refused when the month is in the books already, when more is taken than paid, when an account or category is archived,
    and when facts of the law are missing (NotKnown).
    """
    salary_id = salary_of_schedule(work.session, work.book.id, due.schedule.id)
    fy = pay_year(due.due_on, work.book.fiscal_year_start, is_indian=work.book.currency == INDIAN_CURRENCY)
    job, month = job_of(work.session, work.book.id, salary_id, only=fy.span), Month.of(due.due_on)
    if month in job.payments:
        raise Refused(f"The pay of {month.first:%B %Y} is in the books already.")
    plan = job.plan(fy)
    planned = plan.month(month)
    if planned is None or not planned.is_paid:
        raise Refused(f"Nothing is paid in {month.first:%B %Y}.")
    pay = planned.pay
    if due.amount_minor is not None:
        if due.amount_minor <= 0:
            raise Refused("Write an amount above zero.", field="amount")
        pay = pay.with_net(due.amount_minor)
    terms = job.revision_in(month).terms
    legs = _legs(work, job, terms, check_net(pay))
    kinds = account_kinds(work, (leg.account_id for leg in legs))
    name = job.employer
    draft = Draft(
        occurred_on=due.day, kind=kind_of(list(kinds.values())), legs=legs, source=Source.RECURRING,
        payee_id=payee_ids(work, [name]).get(name), payee=name, description=f"Salary {month.first:%B %Y}",
    )  # fmt: skip
    transaction_id = record_draft(work, draft, kinds, deps=deps).transaction_id
    row = _row(work, salary_id)
    work.session.add(
        SalaryPayment(
            salary_id=salary_id, month=month.first, book_id=work.book.id, due_on=due.due_on, transaction_id=transaction_id,
            provident_account_id=row.provident_account_id, lines=lines_to_text(pay),
        )
    )  # fmt: skip
    posted = replace(job, payments={**job.payments, month: Payment(due.due_on, transaction_id, pay, pay)})
    following = posted.plan(fy).month(month.next())
    due.schedule.expected_minor = following.pay.net_minor if following else planned.pay.net_minor
    work.session.flush()
    return transaction_id


def _legs(work: BookWork, job: Job, terms: PayTerms, pay: Pay) -> tuple[Leg, ...]:
    """The legs of a payslip, which add up to zero: gross − deductions = net."""
    sums: dict[int, int] = defaultdict(int)
    slots = dict(job.slots)
    _check_open(work, job.account_id, "account")
    sums[job.account_id] += pay.net_minor
    sums[_slot(work, job.id, slots, Slot.INCOME)] -= pay.gross_minor
    own = {item.name: item.category_id for item in terms.items if item.part is Part.DEDUCTION}
    for line in pay.deductions:
        if line.part is Part.PROVIDENT:
            account_id = _provident_account(work, job)
        elif line.part is Part.DEDUCTION and (category_id := own.get(line.name)) is not None:
            _check_open(work, category_id, "category")
            account_id = category_id
        else:
            account_id = _slot(work, job.id, slots, SLOT_OF[line.part])
        sums[account_id] += line.amount_minor
    if terms.keeps_employer and (added := pay.of(Part.EMPLOYER_FUND)):
        sums[_provident_account(work, job)] += added
        sums[_slot(work, job.id, slots, Slot.EMPLOYER)] -= added
    return tuple(Leg(account_id, amount, amount) for account_id, amount in sums.items() if amount)


def keep_slot(work: BookWork, salary_id: int, slot: Slot) -> int:
    """Find or make the category of a part of a job's pay, and let the job keep it."""
    kind, name, icon = CATEGORIES[slot]
    account_id = category_for(work, kind, name, icon=icon)
    set_archived(work, account_id, is_archived=False)
    work.session.add(SalaryAccount(salary_id=salary_id, slot=slot, book_id=work.book.id, account_id=account_id))
    work.session.flush()
    return account_id


def _slot(work: BookWork, salary_id: int, slots: dict[Slot, int], slot: Slot) -> int:
    """The category of a part of the pay; it is made when it is first needed, and noted in `slots`."""
    if slot not in slots:
        slots[slot] = keep_slot(work, salary_id, slot)
    _check_open(work, slots[slot], "category")
    return slots[slot]


def _provident_account(work: BookWork, job: Job) -> int:
    """The account that holds the provident fund: the one chosen, one of its usual name, or a new one."""
    row = _row(work, job.id)
    if row.provident_account_id is None:
        found = work.session.scalar(
            select(Account.id).where(
                Account.book_id == work.book.id, Account.kind == AccountKind.ASSET, Account.name_key == key(PROVIDENT_NAME),
                Account.currency == work.book.currency,
            )
        )  # fmt: skip
        row.provident_account_id = found or open_account(
            work,
            AccountCommand(
                work.book.id, work.user_id, PROVIDENT_NAME, Subtype.DEPOSIT, work.book.currency, "piggy-bank", 3
            ),
        )
        work.session.flush()
    _check_open(work, row.provident_account_id, "account")
    return row.provident_account_id


def _check_open(work: BookWork, account_id: int, what: str) -> None:
    name, is_archived = work.session.execute(
        select(Account.name, Account.is_archived).where(Account.book_id == work.book.id, Account.id == account_id)
    ).one()
    if is_archived:
        raise Refused(f"The {what} “{name}” is archived. Bring it back, then post this pay.")


def _row(work: BookWork, salary_id: int) -> Salary:
    return work.session.scalars(select(Salary).where(Salary.book_id == work.book.id, Salary.id == salary_id)).one()
