"""What a form of pay amounts to before it is saved: the net pay it would bring."""

from dataclasses import dataclass
from datetime import date

from app.blueprints.salary.views import shares
from app.domain.facts.reading import NotKnown
from app.domain.periods import Month
from app.domain.salaries import LAST_DAY, Pay, PayTerms, check_net
from app.domain.salary_years import YearPlan
from app.queries.books import BookView
from app.queries.salaries import INDIAN_CURRENCY, Job, Revision
from app.services.salaries import SalaryCommand

PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Preview:
    """A month's pay from gross to net, and the year behind its tax; or the words why it cannot be worked out yet."""

    month: Month
    pay: Pay | None
    plan: YearPlan | None
    shares: list[dict[str, object]]
    problem: str = ""


def preview_of(job: Job, month: Month) -> Preview:
    """What a job would pay in a month, or in its first one when that is later.

    Raises: Refused with the field to correct.
    """
    month = max(month, Month.of(job.first_on))
    try:
        plan = job.plan(job.fy(job.due_on(month)))
        planned = plan.month(month)
    except NotKnown as error:
        return Preview(month, None, None, [], error.user_message)
    if planned is None or not planned.is_paid:
        return Preview(month, None, plan, [], "Nothing is paid in that month.")
    pay = check_net(planned.pay)
    return Preview(month, pay, plan, shares(pay))


def job_as_said(book: BookView, command: SalaryCommand, terms: PayTerms, today: date) -> Job:
    """The job that a form would make."""
    first_on = Month.of(command.first_on).last if command.is_month_end else command.first_on
    posts_from = first_on if command.posts_past else max(first_on, today)
    return Job(
        id=0, employer=command.employer, account_id=command.account_id, provident_account_id=command.provident_account_id,
        pay_day=LAST_DAY if command.is_month_end else first_on.day, first_on=first_on, posts_from=posts_from,
        last_on=command.last_on, born_on=command.born_on, before=command.before, is_indian=book.currency == INDIAN_CURRENCY,
        first_month=book.fiscal_year_start, is_automatic=command.is_automatic, next_on=posts_from,
        revisions=(Revision(0, Month.of(first_on), "", terms),),
    )  # fmt: skip
