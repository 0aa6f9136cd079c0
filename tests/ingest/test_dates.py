from datetime import date

import pytest

from app.ingest.dates import Numbers, OrderDecision, Written, decide_order, written_date


def decide(*texts: str, hint: str | None = None, speaks_day_first: bool = False) -> OrderDecision:
    written: list[Written] = [found for text in texts if (found := written_date(text))]
    assert len(written) == len(texts)
    return decide_order(written, beside=[], around=[], hint=hint, speaks_day_first=speaks_day_first)


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-03", "2026/4/3", "2026.04.03", "20260403", "20260403120000[0:GMT]", "2026-04-03T23:59:59+05:30", "2026-04-03-11.57.44.235044",
        "3 Apr 2026", "03-APR-26", "Apr 3, 2026", "3. April 2026", "3 avril 2026", "03 abr 2026", "Fri, 3 Apr 2026", "2026年4月3日 10:00", "3rd April 2026",
    ],
)  # fmt: skip
def test_a_date_with_a_sure_order_is_the_written_local_day(text: str) -> None:
    assert written_date(text) == date(2026, 4, 3)


@pytest.mark.parametrize(
    "text", ["", "Pending", "31/02/2026", "99/99/2026", "12345678", "10.50", "2026-13-01", "Total", "1860 266 2666"]
)
def test_what_is_no_day_of_the_calendar_is_no_date(text: str) -> None:
    assert written_date(text) is None


def test_numbers_keep_their_open_order() -> None:
    assert written_date("02/03'26") == Numbers(2, 3, 26, "/", has_long_year=False)
    assert written_date("2/03/2026 17:42") == Numbers(2, 3, 2026, "/", has_long_year=True)


def test_one_day_above_twelve_decides_for_the_whole_file() -> None:
    assert decide("01/05/2026", "01/06/2026", "01/15/2026") == OrderDecision("mdy", is_open=False, why=None)
    assert decide("01/05/2026", "15/06/2026") == OrderDecision("dmy", is_open=False, why=None)


def test_an_unproven_order_stays_open() -> None:
    assert decide("01/04/2026", "02/04/2026", "03/04/2026").is_open


def test_the_users_own_order_is_used_and_said() -> None:
    decision = decide("01/04/2026", "02/04/2026", hint="mdy")

    assert (decision.order, decision.is_open) == ("mdy", False)
    assert "your own settings" in (decision.why or "")


def test_the_order_in_which_the_rows_stand_sorted_is_used_and_said() -> None:
    decision = decide("03/01/2026", "07/02/2026", "01/03/2026", "02/04/2026")

    assert (decision.order, decision.is_open) == ("dmy", False)
    assert decision.why


def test_days_that_read_alike_both_ways_need_no_question() -> None:
    assert not decide("04/04/2026", "05/05/2026").is_open
    assert decide("01/02/2026", "02/01/2026").is_open


def test_dots_mean_day_first() -> None:
    assert decide("01.02.26", "02.03.26").order == "dmy"
