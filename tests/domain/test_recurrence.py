from datetime import date, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.anniversaries import months_later, whole_months_between
from app.domain.periods import Month
from app.domain.recurrence import BadRule, Frequency, Rule, billing_dates, occurrences, occurrences_between
from app.domain.recurrence_texts import parse_rule

FIRSTS = st.dates(date(2000, 1, 1), date(2050, 12, 31))


def _dates(rule: str, first: date, most: int) -> list[str]:
    return [f"{day:%y%m%d}" for day in islice(occurrences(parse_rule(rule), first), most)]


@pytest.mark.parametrize(
    ("rule", "first", "expected"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=31", date(2025, 1, 31), "250131 250331 250531 250731 250831 251031"),
        ("FREQ=MONTHLY", date(2025, 1, 31), "250131 250331 250531"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", date(2025, 1, 31), "250131 250228 250331 250430"),
        ("FREQ=YEARLY;COUNT=3", date(2024, 2, 29), "240229 280229 320229"),
        ("FREQ=YEARLY;RSCALE=GREGORIAN;SKIP=BACKWARD", date(2024, 2, 29), "240229 250228 260228 270228 280229"),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", date(2025, 1, 30), "250130 250228 250330 250430"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=6", date(2025, 4, 7), "250407 250410 250421 250424 250505 250508"),
        ("FREQ=WEEKLY;COUNT=2", date(2025, 4, 9), "250409 250416"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU;COUNT=2", date(2025, 4, 7), "250420 250504"),
        ("FREQ=MONTHLY;BYDAY=-1TU;COUNT=4", date(2025, 1, 28), "250128 250225 250325 250429"),
        ("FREQ=MONTHLY;BYDAY=5MO;COUNT=2", date(2025, 1, 1), "250331 250630"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3", date(2025, 5, 1), "250530 250630 250731"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=2", date(2025, 1, 1), "250613 260213"),
        ("FREQ=DAILY;INTERVAL=10;UNTIL=20250125T235959Z", date(2025, 1, 1), "250101 250111 250121"),
        ("FREQ=DAILY;BYDAY=SA,SU;COUNT=3", date(2025, 1, 1), "250104 250105 250111"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=-1;COUNT=2", date(2024, 1, 1), "240229 250228"),
        ("FREQ=YEARLY;BYMONTH=6,12;COUNT=3", date(2025, 1, 15), "250615 251215 260615"),
        ("FREQ=YEARLY;BYMONTHDAY=31;COUNT=3", date(2025, 2, 1), "250331 250531 250731"),
        ("FREQ=YEARLY;BYDAY=1MO;COUNT=2", date(2025, 1, 1), "250106 260105"),
        ("FREQ=YEARLY;BYDAY=-1FR;BYMONTH=3;COUNT=2", date(2025, 1, 1), "250328 260327"),
        ("RRULE:freq=yearly;count=1;", date(2025, 1, 1), "250101"),
    ],
)
def test_a_rule_brings_the_days_calendars_know(rule: str, first: date, expected: str) -> None:
    wanted = expected.split()

    assert _dates(rule, first, len(wanted)) == wanted


def test_a_rule_ends_with_its_count_its_end_and_the_calendar() -> None:
    assert len(_dates("FREQ=DAILY;COUNT=3", date(2025, 1, 1), 9)) == 3
    assert len(_dates("FREQ=MONTHLY;UNTIL=20250301", date(2025, 1, 1), 9)) == 3
    assert len(_dates("FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20250215", date(2025, 1, 1), 9)) == 1
    for frequency in Frequency:
        assert len(_dates(f"FREQ={frequency}", date(9999, 12, 31), 9)) == 1


def test_a_rule_that_can_never_happen_says_nothing_instead_of_searching_for_ever() -> None:
    assert _dates("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", date(2025, 1, 1), 1) == []


@given(FIRSTS, st.integers(1, 12), st.integers(1, 60))
def test_billing_dates_never_drift(first: date, months: int, times: int) -> None:
    dates = billing_dates(first, months, times)

    assert len(dates) == times
    for number, day in enumerate(dates):
        month = Month.of(first).shift(number * months)
        assert day == date(month.year, month.number, min(first.day, month.length))


@given(FIRSTS, st.sampled_from(Frequency), st.integers(1, 6))
def test_occurrences_rise_and_begin_on_the_first_day(first: date, frequency: Frequency, interval: int) -> None:
    days = list(islice(occurrences(Rule(frequency, interval=interval), first), 5))

    assert days[0] == first
    assert all(earlier < later for earlier, later in pairwise(days))


@given(FIRSTS, st.integers(0, 800), st.integers(0, 400))
def test_a_window_shows_what_the_whole_shows_there(first: date, skip: int, length: int) -> None:
    rule = parse_rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR")
    start = first + timedelta(days=skip)
    end = start + timedelta(days=length)

    whole = [day for day in islice(occurrences(rule, first), 400) if start <= day <= end]

    assert occurrences_between(rule, first, start, end) == whole


@given(
    st.builds(
        Rule,
        st.just(Frequency.MONTHLY),
        interval=st.integers(1, 99),
        times=st.none() | st.integers(1, 99),
        by_month_day=st.lists(st.integers(1, 31) | st.integers(-31, -1), max_size=3).map(tuple),
        by_month=st.lists(st.integers(1, 12), max_size=3).map(tuple),
        week_start=st.integers(0, 6),
        is_clamped=st.booleans(),
    )
)
def test_a_rule_written_down_is_read_back(rule: Rule) -> None:
    assert parse_rule(str(rule)) == rule


@pytest.mark.parametrize(
    "text",
    [
        "",
        "MONTHLY",
        "INTERVAL=2",
        "FREQ=HOURLY",
        "FREQ=MONTHLY;BYHOUR=3",
        "FREQ=MONTHLY;FREQ=DAILY",
        "FREQ=MONTHLY;INTERVAL=0",
        "FREQ=MONTHLY;INTERVAL=two",
        "FREQ=MONTHLY;COUNT=0",
        "FREQ=MONTHLY;COUNT=2;UNTIL=20260101",
        "FREQ=MONTHLY;UNTIL=20260231",
        "FREQ=MONTHLY;UNTIL=tomorrow",
        "FREQ=MONTHLY;BYDAY=XX",
        "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTH=-1",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=WEEKLY;BYMONTHDAY=2",
        "FREQ=DAILY;BYDAY=MO;BYSETPOS=2",
        "FREQ=DAILY;SKIP=BACKWARD",
        "FREQ=MONTHLY;SKIP=FORWARD",
        "FREQ=MONTHLY;RSCALE=CHINESE",
        "FREQ=MONTHLY;" + "BYMONTHDAY=1," * 40,
    ],
)
def test_a_rule_nobody_can_follow_is_refused(text: str) -> None:
    with pytest.raises(BadRule):
        parse_rule(text)


def test_billing_at_least_once() -> None:
    with pytest.raises(BadRule):
        billing_dates(date(2025, 1, 1), 1, 0)


@given(FIRSTS, st.integers(0, 600), st.integers(1, 12))
def test_whole_months_are_those_that_lead_back(start: date, months: int, step: int) -> None:
    assert whole_months_between(start, months_later(start, months * step), step) == months


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="before"):
        whole_months_between(date(2025, 1, 2), date(2025, 1, 1))
