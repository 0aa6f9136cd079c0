"""A synthetic ledger of any size: 25 expense and 5 income categories, 400 payees, 3 accounts, five years up to today.

The same amounts for the same size.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.domain.books import AccountKind, BookKind, Leg, Source, Subtype, TransactionKind
from app.domain.sequences import batched
from app.models.account import Account
from app.models.user import SignIn, User
from app.queries.people import token_hash
from app.services.accounts import AccountCommand, CategoryCommand, add_account, add_category
from app.services.books import open_book
from app.services.deps import Deps
from app.services.payees import payee_ids
from app.services.posting import Draft, account_kinds, post
from app.services.uow import book_work

NOW = datetime.now(UTC)
LAST_DAY = NOW.date()
DAYS = 5 * 365
CHUNK = 20_000
PAYEES = [f"Payee {number}" for number in range(400)]


def make_person(deps: Deps, email: str) -> tuple[int, str]:
    """A person who is signed in. Returns the id and the token of the sign-in."""
    session, token = deps.session, f"token of {email}"
    user = User(
        email=email,
        name="Bench",
        password_hash="",
        born_on=None,
        locale="en-IN",
        timezone="Asia/Kolkata",
        theme="auto",
        is_demo=False,
        created_at=NOW,
    )
    session.add(user)
    session.flush()
    session.add(
        SignIn(
            token_hash=token_hash(token),
            user_id=user.id,
            device="bench",
            address="127.0.0.1",
            created_at=NOW,
            seen_at=NOW,
        )
    )
    session.commit()
    return user.id, token


def make_ledger(deps: Deps, user_id: int, rows: int, *, kind: BookKind = BookKind.PERSONAL) -> int:
    """A book with so many transactions. Returns its id."""
    book_id = open_book(user_id, kind=kind, name=f"{rows} rows", currency="INR", timezone="Asia/Kolkata", deps=deps)
    for number in range(25):
        add_category(CategoryCommand(book_id, None, f"Spending {number}", AccountKind.EXPENSE), deps=deps)
    for number in range(5):
        add_category(CategoryCommand(book_id, None, f"Income {number}", AccountKind.INCOME), deps=deps)
    add_account(AccountCommand(book_id, None, "Card", Subtype.CARD, "INR"), deps=deps)
    session = deps.session
    accounts = session.execute(select(Account.id, Account.kind, Account.name).where(Account.book_id == book_id)).all()
    spending = [row.id for row in accounts if row.name.startswith("Spending ")]
    income = [row.id for row in accounts if row.name.startswith("Income ")]
    money = [row.id for row in accounts if row.kind in {AccountKind.ASSET, AccountKind.LIABILITY}]
    for drafts in batched(_transactions(rows, spending, income, money), CHUNK):
        with book_work(deps, book_id) as work:
            ids = payee_ids(work, PAYEES)
            kinds = account_kinds(work, [row.id for row in accounts])
            post(work, [_with_payee(draft, ids) for draft in drafts], kinds)
            work.audit("ledger.generated", "book", after={"rows": len(drafts)})
    return book_id


def _with_payee(draft: Draft, ids: dict[str, int]) -> Draft:
    return Draft(draft.occurred_on, draft.kind, draft.legs, draft.source, ids[draft.payee], draft.payee)


def _transactions(rows: int, spending: list[int], income: list[int], money: list[int]) -> Iterator[Draft]:
    rng = random.Random(rows)
    for number in range(rows):
        day = LAST_DAY - timedelta(days=DAYS - 1 - number * DAYS // rows)
        account, payee = rng.choice(money), rng.choice(PAYEES)
        amount = int(rng.lognormvariate(10, 1.2)) + 100
        if rng.random() < 0.06:
            legs = (Leg(account, amount * 20, amount * 20), Leg(rng.choice(income), -amount * 20, -amount * 20))
            yield Draft(day, TransactionKind.INCOME, legs, Source.DEMO, payee=payee)
        else:
            legs = (Leg(rng.choice(spending), amount, amount), Leg(account, -amount, -amount))
            yield Draft(day, TransactionKind.EXPENSE, legs, Source.DEMO, payee=payee)
