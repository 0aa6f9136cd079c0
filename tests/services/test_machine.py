import random
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.books import MONEY_KINDS
from app.models.account import Account
from app.models.numbers import whole
from app.models.transaction import AccountMonth
from app.queries.verification import verify_book
from app.services.deps import Deps
from tests.machine import Machine


def test_any_sequence_of_operations_leaves_books_that_prove_themselves(
    request: pytest.FixtureRequest, session: Session, deps: Deps, make_book: Callable[..., int]
) -> None:
    book = make_book()
    machine = Machine(deps, session, book, random.Random(20261122))

    machine.run(request.config.getoption("--operations"))

    kept = session.execute(
        select(Account.id, func.sum(AccountMonth.debit_minor - AccountMonth.credit_minor))
        .join(AccountMonth, AccountMonth.account_id == Account.id)
        .where(Account.book_id == book, Account.kind.in_(MONEY_KINDS))
        .group_by(Account.id)
    )
    proof = verify_book(session, book)
    assert machine.done > machine.refused > 0
    assert machine.brought_in > 0
    assert proof.differences == ()
    assert {account_id: whole(total) for account_id, total in kept if total} == machine.balances()
    assert proof.result_minor == machine.result()
