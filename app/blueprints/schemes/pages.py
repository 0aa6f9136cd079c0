"""One deposit: its figures with the rule and the rows behind each, paying in, and the rates of one that floats."""

from datetime import date, timedelta

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.schemes.forms import DepositForm, RateForm
from app.blueprints.schemes.views import bp
from app.blueprints.schemes.words import PARTS, frozen_rule, rate_words, told
from app.domain.books import Role
from app.domain.periods import Month
from app.domain.scheme_entries import EntryPart
from app.domain.scheme_kinds import Family, deposits_end
from app.domain.scheme_plans import course_of, instalment_days, payments, rate_on, with_planned
from app.queries.accounts import accounts_of
from app.queries.schemes import SchemeView, figures_of, scheme_of, years_of
from app.services.schemes import pay_in, write_rate
from app.web.access import allow
from app.web.charts import Chart
from app.web.deps import current_deps, today
from app.web.flashes import say
from app.web.formats import book_currency, field_symbol, money, month_name, short_month
from app.web.refusals import form_page, taken

MOST_POINTS = 72
NEXT_DATES = 6
NEWEST = 18


@bp.get("/schemes/<int:scheme_id>")
@allow(Role.VIEWER)
def scheme(scheme_id: int) -> ResponseReturnValue:
    """Everything about one deposit."""
    session, book, day = current_deps().session, g.book, today()
    found = scheme_of(session, book.id, scheme_id)
    years = years_of(found, day, book.fiscal_year_start)
    current = min(max(day, found.plan.starts_on), found.plan.matures_on)
    current_rate = rate_on(found.plan, current) if found.facts.is_floating else None
    accounts = accounts_of(session, book.id)
    return render_template(
        "schemes/scheme.html",
        scheme=found,
        plan=found.plan,
        figures=figures_of(found, day, book.fiscal_year_start),
        years=years,
        earned_minor=sum(each.earned_minor for each in years),
        paid_minor=sum(each.paid_minor for each in years),
        tax_minor=sum(each.tax_minor for each in years),
        paid_back_minor=sum(each.paid_minor for each in found.entries if each.part == EntryPart.CLOSING),
        told=told(found, current_rate, accounts),
        frozen=frozen_rule(found),
        rate=rate_words(found, day),
        current_rate=current_rate,
        parts=PARTS,
        coming=_coming(found, day),
        entries=sorted(found.entries, key=lambda entry: entry.occurred_on, reverse=True)[:NEWEST],
        chart=_chart(found, day),
        chart_title="Interest over time" if found.plan.family == Family.INCOME else "Worth over time",
        day=day,
        deposits_end=deposits_end(found.kind, found.plan.opened_on, found.plan.matures_on),
        expected_minor=_expected_balance(found),
    )


@bp.route("/schemes/<int:scheme_id>/pay", methods=["GET", "POST"])
@allow(Role.EDITOR)
def pay(scheme_id: int) -> ResponseReturnValue:
    """Pay into a fund or a recurring deposit by hand."""
    deps, book = current_deps(), g.book
    found = scheme_of(deps.session, book.id, scheme_id)
    form = DepositForm(
        book,
        accounts_of(deps.session, book.id),
        found,
        day=today(),
        amount=found.plan.instalment_minor or None,
        from_account_id=found.from_account_id,
    )
    if not taken(
        form,
        lambda: pay_in(
            book.id,
            scheme_id,
            amount_minor=form.amount.data,
            day=form.day.data or date.min,
            from_account_id=form.from_account_id.data or 0,
            user_id=current_user.id,
            deps=deps,
        ),
    ):
        return form_page(form, "schemes/pay.html", scheme=found, symbol=field_symbol())
    say("ok", f"Paid {money(form.amount.data)} into {found.name}.")
    return redirect(url_for(".scheme", scheme_id=scheme_id), code=303)


@bp.route("/schemes/<int:scheme_id>/rate", methods=["GET", "POST"])
@allow(Role.EDITOR)
def rate(scheme_id: int) -> ResponseReturnValue:
    """Say what a floating scheme earns from a day on."""
    deps, book = current_deps(), g.book
    found = scheme_of(deps.session, book.id, scheme_id)
    form = RateForm(data={"from_on": _unknown_since(found, today())})
    if not taken(
        form,
        lambda: write_rate(
            book.id, scheme_id, form.from_on.data or date.min, form.rate.data, user_id=current_user.id, deps=deps
        ),
    ):
        return form_page(form, "schemes/rate.html", scheme=found)
    say("ok", "Rate saved." if form.rate.data is not None else "That rate is forgotten.")
    return redirect(url_for(".scheme", scheme_id=scheme_id), code=303)


def _coming(found: SchemeView, day: date) -> list[tuple[date, str, int]]:
    """The next instalments and payments of interest, and the end."""
    if found.closed_on is not None:
        return []
    plan = found.plan
    rows = [(each.on, "Interest", each.amount_minor) for each in payments(plan) if day < each.on < plan.matures_on]
    if plan.instalment_minor and found.instalment_schedule_id is not None:
        rows += [(each, "Instalment", -plan.instalment_minor) for each in instalment_days(plan) if each > day]
    rows = sorted(rows)[:NEXT_DATES]
    end = course_of(with_planned(plan, day))(plan.matures_on).value_minor
    return [*rows, (plan.matures_on, "Paid back, with interest", end)]


def _chart(found: SchemeView, day: date) -> Chart:
    """What it is worth at the end of each month, or of every few, from its start to its end or its closing.

    One that pays its interest out is always worth about the same: of that, all interest so far is drawn.
    """
    plan = found.plan
    course = course_of(with_planned(plan, day))
    end = plan.matures_on if found.closed_on is None else min(found.closed_on, plan.matures_on)
    first, last = Month.of(plan.starts_on), Month.of(end)
    count = (last.year - first.year) * 12 + last.number - first.number + 1
    step = -(-count // MOST_POINTS)
    months = [first.shift(number) for number in range(0, count, step)]
    if months[-1] != last:
        months.append(last)
    standings = [course(min(month.last, end)) for month in months]
    pays_out = plan.family == Family.INCOME
    values = [each.earned_minor if pays_out else each.value_minor for each in standings]
    name = "Interest in all" if pays_out else "Worth"
    return Chart(
        "area",
        f"{name} goes from {money(values[0], decimals=False)} to {money(values[-1], decimals=False)} by {month_name(last)}.",
        {
            "labels": [short_month(month) for month in months],
            "values": values,
            "name": name,
            "currency": book_currency(),
        },
        ("End of", name),
        tuple((month_name(month), money(value)) for month, value in zip(months, values, strict=True)),
    )


def _expected_balance(found: SchemeView) -> int:
    """What the books should hold in its account while it is open."""
    if found.closed_on is not None:
        return 0
    plan = found.plan
    if plan.family in {Family.FUND, Family.INSTALMENTS}:
        return found.balance_minor
    return plan.principal_minor + sum(move.amount_minor for move in plan.others)


def _unknown_since(found: SchemeView, day: date) -> date:
    """The first month for which no rate is known, or today."""
    month = Month.of(found.plan.starts_on)
    while month <= Month.of(day):
        first = max(month.first, found.plan.starts_on)
        if rate_on(found.plan, first).is_assumed:
            return first
        month = month.next()
    return min(day, found.plan.matures_on - timedelta(days=1))
