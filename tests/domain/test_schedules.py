from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.recurrence import WEEKDAYS, BadRule, ByDay, Frequency, Rule, occurrences
from app.domain.recurrence_choices import Choice, MonthDay, choice_of, rule_of
from app.domain.recurrence_texts import parse_rule
from app.domain.recurrence_words import in_words, ordinal
from app.domain.schedules import dates_from, is_date_of, yearly_times

FIRSTS = st.dates(date(2015, 1, 1), date(2030, 12, 31))
WEEK_DAYS = st.lists(st.integers(0, 6), max_size=3, unique=True).map(lambda days: tuple(map(ByDay, sorted(days))))
RULES = st.one_of(
    st.builds(Rule, st.just(Frequency.DAILY), st.integers(1, 40), by_day=WEEK_DAYS),
    st.builds(Rule, st.just(Frequency.WEEKLY), st.integers(1, 9), by_day=WEEK_DAYS, week_start=st.integers(0, 6)),
    st.builds(Rule, st.just(Frequency.DAILY), st.integers(1, 5), times=st.integers(1, 90)),
    st.builds(Rule, st.just(Frequency.MONTHLY), st.integers(1, 5), is_clamped=st.booleans()),
)


@given(RULES, FIRSTS, st.integers(-60, 3000))
@settings(max_examples=50, deadline=None)
def test_dates_from_a_day_are_those_of_the_whole_rule_without_the_ones_before(
    rule: Rule, first: date, after: int
) -> None:
    start = first + timedelta(days=after)

    found = list(islice(dates_from(rule, first, start), 5))

    assert found == list(islice((day for day in occurrences(rule, first) if day >= start), 5))
    assert all(is_date_of(rule, first, day) for day in found)
    assert next(dates_from(rule, first, start), None) == (found[0] if found else None)


@given(st.sampled_from(Frequency), st.integers(1, 12), st.sampled_from(MonthDay), FIRSTS)
@settings(max_examples=50, deadline=None)
def test_a_choice_is_found_again_in_its_rule_and_brings_the_same_dates(
    frequency: Frequency, every: int, month_day: MonthDay, first: date
) -> None:
    rule = rule_of(Choice(frequency, every, month_day), first)
    again = choice_of(rule, first)

    assert again is not None
    assert rule_of(again, first) == rule
    assert list(islice(occurrences(parse_rule(str(rule)), first), 5)) == list(islice(occurrences(rule, first), 5))
    assert in_words(rule, first).startswith("every ")


@pytest.mark.parametrize(
    ("rule", "first", "words"),
    [
        ("FREQ=DAILY", date(2026, 1, 1), "every day"),
        ("FREQ=DAILY;INTERVAL=10;COUNT=1", date(2026, 1, 1), "every 10 days, once"),
        ("FREQ=DAILY;BYDAY=SA", date(2026, 1, 1), "every day on every Saturday"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", date(2026, 1, 1), "every week on Monday, Wednesday and Friday"),
        ("FREQ=WEEKLY;INTERVAL=2", date(2026, 11, 20), "every 2 weeks on Friday"),
        ("FREQ=MONTHLY;SKIP=BACKWARD", date(2026, 1, 28), "every month on the 28th"),
        ("FREQ=MONTHLY;SKIP=BACKWARD", date(2026, 1, 29), "every month on the 29th (or the last day)"),
        ("FREQ=MONTHLY", date(2026, 1, 31), "every month on the 31st"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,-1", date(2026, 1, 1), "every month on the 1st and last day"),
        ("FREQ=MONTHLY;BYDAY=2FR;UNTIL=20270331", date(2026, 1, 1), "every month on the second Friday, until 31 March 2027"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", date(2026, 1, 1), "every month on every Friday that is the 13th"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", date(2026, 1, 1), "every month on the last working day (Monday to Friday)"),
        ("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1", date(2026, 1, 1), "every month on the first Saturday or Sunday"),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", date(2026, 1, 1), "every month on the last of the 28th, 29th and 30th"),
        ("FREQ=YEARLY", date(2026, 4, 5), "every year on 5 April"),
        ("FREQ=YEARLY;SKIP=BACKWARD", date(2024, 2, 29), "every year on 29 February (or the last day)"),
        ("FREQ=YEARLY;BYMONTH=3,6;COUNT=4", date(2026, 3, 15), "every year on the 15th in March and June, 4 times"),
        ("FREQ=YEARLY;BYMONTHDAY=15", date(2026, 1, 1), "every year on the 15th of every month"),
        ("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", date(2026, 1, 1), "every year on the last Sunday in March"),
        ("FREQ=YEARLY;BYDAY=20MO", date(2026, 1, 1), "every year on the 20th Monday of the year"),
    ],
)  # fmt: skip
def test_a_rule_is_said_in_words(rule: str, first: date, words: str) -> None:
    assert in_words(parse_rule(rule), first) == words


def test_places_are_written_as_people_do() -> None:
    written = "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 23rd 31st"
    assert [ordinal(int(each[:-2])) for each in written.split()] == written.split()
    assert len(WEEKDAYS) == 7


def test_a_year_counts_what_comes_in_the_long_run_even_of_what_ends_soon() -> None:
    today = date(2026, 11, 22)

    assert yearly_times(Rule(Frequency.MONTHLY, is_clamped=True, times=1), date(2026, 11, 30), today) == 12
    assert yearly_times(Rule(Frequency.WEEKLY, interval=2), date(2020, 1, 1), today) == 26
    assert yearly_times(Rule(Frequency.YEARLY, until=date(2026, 1, 1)), date(2020, 4, 5), today) == 1


def test_a_choice_that_repeats_nothing_is_refused() -> None:
    with pytest.raises(BadRule):
        rule_of(Choice(Frequency.WEEKLY, 0), date(2026, 1, 1))
    assert choice_of(parse_rule("FREQ=MONTHLY;BYMONTHDAY=1,15"), date(2026, 1, 1)) is None
