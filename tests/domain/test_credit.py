"""The credit estimate is what its parts say, and a file of scores is right as a whole or not at all."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.credit_factors import (
    RULES,
    CreditAccount,
    CreditKind,
    Factor,
    credit_estimate,
    factor_values,
    payments_due,
)
from app.domain.credit_scores import BadScoreFile, Score, read_scores

TODAY = date(2026, 11, 22)
RANGES = {
    Factor.ON_TIME: 100,
    Factor.UTILISATION: 120,
    Factor.AGE: 15,
    Factor.ENQUIRIES: 12,
    Factor.MIX: 2,
}
BETTER_WHEN_MORE = {Factor.ON_TIME, Factor.AGE, Factor.MIX}
values = st.fixed_dictionaries(
    {
        factor: st.none() | st.decimals(0, most, places=2, allow_nan=False, allow_infinity=False)
        for factor, most in RANGES.items()
    }
)


@settings(max_examples=50)
@given(values)
def test_the_parts_add_up_to_the_estimate_and_what_is_missing_adds_nothing(known: dict[Factor, Decimal | None]) -> None:
    found = credit_estimate(known)
    missing = {factor for factor, value in known.items() if value is None}
    assert set(found.missing) == missing
    if len(missing) > 2:
        assert found.total is None
    else:
        assert found.total is not None
        assert 0 <= found.total <= 100
        assert sum(part.share or 0 for part in found.parts) == found.total
        assert all((part.share is None) == (part.rule.factor in missing) for part in found.parts)


@settings(max_examples=50)
@given(values, st.sampled_from(Factor), st.decimals(0, 20, places=2))
def test_doing_better_in_one_factor_never_lowers_the_estimate(
    known: dict[Factor, Decimal | None], factor: Factor, more: Decimal
) -> None:
    before = known[factor]
    if before is None:
        return
    better = before + more if factor in BETTER_WHEN_MORE else max(Decimal(0), before - more)
    was, became = credit_estimate(known).total, credit_estimate(known | {factor: better}).total
    assert (was is None) == (became is None)
    assert was is None or became is None or became >= was


def test_the_weights_are_a_whole_and_each_rule_says_where_it_comes_from() -> None:
    assert sum(rule.weight for rule in RULES.values()) == 100
    assert all("Points" in rule.source and rule.words for rule in RULES.values())


def test_values_come_from_accounts_of_which_enough_is_known() -> None:
    accounts = [
        CreditAccount(CreditKind.CARD, 30_000, 100_000, date(2020, 11, 22), late=1),
        CreditAccount(CreditKind.CARD, 5_000, None),
        CreditAccount(CreditKind.CARD, None, 900_000),
        CreditAccount(CreditKind.LOAN, 4_000_000, None, date(2026, 5, 22), late=0),
    ]
    found = factor_values(accounts, 2, TODAY)
    assert found[Factor.UTILISATION] == 30
    assert found[Factor.ON_TIME] == Decimal(2900) / 30
    assert found[Factor.ENQUIRIES] == found[Factor.MIX] == Decimal(2)
    assert round(found[Factor.AGE] or 0) == 6
    assert factor_values([], None, TODAY) == dict.fromkeys(Factor)


def test_payments_are_counted_by_whole_months_and_at_most_for_two_years() -> None:
    assert payments_due(date(2000, 1, 1), TODAY) == 24
    assert payments_due(date(2026, 10, 23), TODAY) == 0
    assert payments_due(date(2027, 10, 23), TODAY) == 0
    late = [CreditAccount(CreditKind.CARD, opened_on=date(2026, 9, 1), late=24)]
    assert factor_values(late, None, TODAY)[Factor.ON_TIME] == 0


def test_a_file_is_read_with_its_range_whatever_separates_its_columns() -> None:
    data = "\ufeffBureau;Score;Date;Range\r\ntransunion;812;03/11/2026;\r\nExperian UK;961;2026-10-01;0-999\r\n\r\n"
    assert read_scores(data.encode(), TODAY) == [
        Score(date(2026, 11, 3), "CIBIL", 812),
        Score(date(2026, 10, 1), "Experian UK", 961, 0, 999),
    ]


def test_every_bad_line_of_a_file_is_named() -> None:
    lines = [
        "date,bureau,score,low,high",
        "2026-11-03,CIBIL,781",
        "31/02/2026,CIBIL,781",
        "2026-11-04,CIBIL,901",
        "2026-11-05,,700",
        "2026-12-05,CIBIL,700",
        "2026-11-06,CIBIL,-1",
        "2026-11-07,CIBIL,nan",
        "03/11/2026,cibil,790",
        "2026-11-08,CIBIL,700,900,300",
        "2026-11-09,CIBIL,7e2",
    ]
    with pytest.raises(BadScoreFile) as failure:
        read_scores("\n".join(lines).encode(), TODAY)
    problems = failure.value.problems
    assert [int(each.split(":")[0].removeprefix("Line ")) for each in problems] == list(range(3, 12))
    assert problems[6] == "Line 9: the same bureau and day as line 2."
    assert failure.value.user_message == "9 lines are not right, so nothing was saved."


@pytest.mark.parametrize(
    "data", [b"", b"a,b\n1,2\n", b"date,bureau,score\n", b"\x00\xff\xfe", b"\x89PNG\r\n\x1a\n", b"date,bureau,score\n" * 2_500, b"x" * 600_000, b'date,bureau,score\n"' + b"x" * 200_000],
)  # fmt: skip
def test_what_is_no_file_of_scores_is_refused(data: bytes) -> None:
    with pytest.raises(BadScoreFile):
        read_scores(data, TODAY)
