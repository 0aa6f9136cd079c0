"""Delimited text of any layout, read into a statement."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from app.domain.money import exponent
from app.ingest import balance, columns, dates, directions, journals, vocabulary
from app.ingest.amounts import Amount, decide_mark, is_readable, minor_units, written_amount
from app.ingest.decode import Decoded
from app.ingest.delimited import DELIMITER_NAMES, DELIMITERS, Record, Table, read_table
from app.ingest.directions import Directed
from app.ingest.journals import Leg
from app.ingest.fingerprint import Occurrences, fingerprint, identity_text
from app.ingest.rows import Candidate, Places, Sorted, cell, sort_records
from app.ingest.statement import Choice, Column, Question, Role, SkippedLine, Statement, StatementRow, UnreadableFile

_CURRENCY_LINE = re.compile(
    r"(?:currency|währung|waehrung|devise|ccy|waluta|valuta)\b\W{1,8}([A-Z]{3})\b", re.IGNORECASE
)
_DATE_IN_TEXT = re.compile(r"(?<!\d)\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|\d{2})(?!\d)")
_ASKED = {
    Role.DATE: "Which column holds the date of each transaction?",
    Role.AMOUNT: "Which column holds the amount of each transaction?",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller brings along: answers to earlier questions, the account's currency, the date order of the user's locale."""

    answers: Mapping[str, str]
    currency: str
    date_order_hint: str | None


def read_csv(decoded: Decoded, wish: Wish) -> Statement:
    """Reads a delimited text.

    Raises: UnreadableFile when a limit is broken or nothing in it looks like a table of transactions.
    """
    table = read_table(decoded.text, _chosen_delimiter(wish.answers))
    if not table.records:
        raise UnreadableFile("The file is empty.")
    at = _header_at(table.records, wish.answers)
    headings = table.records[at].cells if at is not None else []
    body = table.records[at + 1 :] if at is not None else table.records
    splits = journals.own_splits(headings, body)
    body, others = splits or (body, [])
    sample = columns.sample_rows(body, len(headings))
    if at is None and not sample:
        raise UnreadableFile("No transactions were found: no line of the file holds a date and an amount.")
    roles = columns.assign(headings, sample, _chosen_columns(wish.answers, headings))
    return _Reading(decoded, table, at, headings, body, roles, wish, others, is_signed=splits is not None).statement(
        sample
    )


def _chosen_delimiter(answers: Mapping[str, str]) -> str | None:
    chosen = answers.get("delimiter")
    if chosen is None or chosen in DELIMITERS:
        return chosen
    return next((sign for sign, name in DELIMITER_NAMES.items() if name == chosen), None)


def _header_at(records: Sequence[Record], answers: Mapping[str, str]) -> int | None:
    chosen = answers.get("header_line")
    if chosen is None:
        return columns.find_header(records)
    return next((i for i, record in enumerate(records) if str(record.line) == chosen), None)


def _chosen_columns(answers: Mapping[str, str], headings: Sequence[str]) -> dict[int, Role]:
    """The user's own columns: `columns.<role>` names a column by its number (from 0) or its heading."""
    chosen: dict[int, Role] = {}
    for key, value in answers.items():
        prefix, _, name = key.partition(".")
        if prefix != "columns" or name not in set(Role):
            continue
        if value in headings:
            chosen[list(headings).index(value)] = Role(name)
        elif value.isdecimal():
            chosen[int(value)] = Role(name)
    return chosen


class _Reading:
    """One pass over one table, with the decisions taken on the way."""

    def __init__(
        self,
        decoded: Decoded,
        table: Table,
        at: int | None,
        headings: Sequence[str],
        body: Sequence[Record],
        roles: Sequence[Role],
        wish: Wish,
        others: Sequence[SkippedLine],
        *,
        is_signed: bool,
    ) -> None:
        self.decoded, self.table, self.at, self.headings, self.body, self.roles, self.wish = (
            decoded,
            table,
            at,
            headings,
            body,
            roles,
            wish,
        )
        self.places = Places(roles, headings)
        self.is_signed = is_signed
        self.questions: list[Question] = []
        self.warnings: list[str] = list(decoded.warnings)
        above = table.records[: at or 0]
        self.skipped = [SkippedLine(record.line, "stands above the table", record.raw) for record in above]
        self.skipped += others
        self.above = "\n".join(record.raw for record in above)

    def statement(self, sample: Sequence[Sequence[str]]) -> Statement:
        found = self._columns(sample)
        missing = [
            role
            for role, is_missing in ((Role.DATE, self.places.date is None), (Role.AMOUNT, not self.places.money))
            if is_missing
        ]
        if missing and sample:
            self.questions += [self._which_column(role) for role in missing]
        sorted_ = Sorted() if missing else sort_records(self.body, self.places, self.table.delimiter)
        self.skipped += sorted_.skipped
        currency = self._currency(sorted_.candidates)
        days, order = self._days(sorted_, currency)
        candidates, amounts, mark = self._amounts(sorted_, days, currency)
        balances = self._balances(candidates, currency, mark)
        amounts, proof = self._proved(candidates, amounts, balances, [days[id(c)] for c in candidates])
        legs = self._legs(candidates, amounts, mark or ".", currency)
        rows = self._of_account(self._rows(candidates, legs, balances, days, currency))
        if sorted_.unreadable:
            self.warnings.append(
                f"{sorted_.unreadable} lines look like transactions but could not be read; they are listed below."
            )
        if not rows and not self.questions:
            self.warnings.append("No transactions were found below the headings.")
        self._several(rows, currency)
        return Statement(
            format="csv",
            encoding=self.decoded.encoding,
            delimiter=self.table.delimiter,
            header_line=None if self.at is None else self.table.records[self.at].line,
            columns=found,
            date_order=order,
            decimal_mark=mark,
            currency=currency,
            rows=rows,
            skipped=sorted(self.skipped, key=lambda skip: skip.line),
            questions=self.questions,
            warnings=self.warnings,
            proof=proof,
        )

    def _columns(self, sample: Sequence[Sequence[str]]) -> list[Column]:
        return [
            Column(c, cell(self.headings, c), role, next((text for row in sample[:50] if (text := cell(row, c))), ""))
            for c, role in enumerate(self.roles)
        ]

    def _which_column(self, role: Role) -> Question:
        return Question(
            f"columns.{role}",
            _ASKED[role],
            [Choice(str(c), name or f"Column {c + 1}") for c, name in enumerate(self._names())],
        )

    def _names(self) -> list[str]:
        return [cell(self.headings, c) for c in range(len(self.roles))]

    # --- dates

    def _days(self, sorted_: Sorted, currency: str) -> tuple[dict[int, date], str | None]:
        written = [candidate.written for candidate in sorted_.candidates]
        chosen = self.wish.answers.get("date_order")
        decision = dates.decide_order(
            written,
            beside=self._beside(sorted_.candidates),
            around=[
                day
                for found in _DATE_IN_TEXT.finditer(self.above)
                if isinstance(day := dates.written_date(found[0]), dates.Numbers)
            ],
            hint=self.wish.date_order_hint,
            speaks_day_first=self._speaks_day_first(sorted_.candidates, currency),
        )
        order = chosen if chosen in dates.ORDERS else decision.order
        if chosen is None and decision.is_open and decision.order:
            self.questions.append(_order_question(written, decision.order))
        elif chosen is None and decision.why:
            self.warnings.append(f"Dates were read as {dates.ORDERS[decision.order or 'dmy']}: {decision.why}.")
        days: dict[int, date] = {}
        cache: dict[dates.Written, date | None] = {}
        for candidate in sorted_.candidates:
            stated = candidate.written
            if isinstance(stated, dates.Numbers):
                if stated not in cache:
                    cache[stated] = dates.in_order(stated, order or "dmy")
                day = cache[stated]
            else:
                day = stated
            if day is None:
                text = cell(candidate.record.cells, self.places.date)
                self._skip(
                    candidate, f"“{text}” is not a day of the calendar in the order {dates.ORDERS[order or 'dmy']}"
                )
                sorted_.unreadable += 1
            else:
                days[id(candidate)] = day
        return days, order

    def _beside(self, candidates: Sequence[Candidate]) -> list[tuple[dates.Numbers, date]]:
        """Open dates with a sure date in another date column of their row, from both ends of the file."""
        pairs: list[tuple[dates.Numbers, date]] = []
        for candidate in [*candidates[:200], *candidates[-200:]]:
            if isinstance(candidate.written, dates.Numbers):
                others = [dates.written_date(cell(candidate.record.cells, c)) for c in self.places.value_dates]
                pairs += [(candidate.written, other) for other in others if isinstance(other, date)]
        return pairs

    def _speaks_day_first(self, candidates: Sequence[Candidate], currency: str) -> bool:
        """Headings of another language, payment words or a currency of countries that never write the month first."""
        if any(name and vocabulary.is_foreign(name) for name in self.headings):
            return True
        if any(vocabulary.names_day_first_country(" ".join(candidate.record.cells)) for candidate in candidates[:200]):
            return True
        return (
            bool(candidates)
            and self._stated_currency(candidates) in dates.NEVER_MONTH_FIRST
            and currency in dates.NEVER_MONTH_FIRST
        )

    def _skip(self, candidate: Candidate, reason: str) -> None:
        self.skipped.append(SkippedLine(candidate.record.line, reason, candidate.record.raw))

    # --- amounts

    def _currency(self, candidates: Sequence[Candidate]) -> str:
        return self.wish.answers.get("currency") or self._stated_currency(candidates) or self.wish.currency

    def _stated_currency(self, candidates: Sequence[Candidate]) -> str | None:
        """What the file itself says: its currency column, a heading, the amounts' symbols, or a line above the table."""
        column = self.places.first(Role.CURRENCY)
        if column is not None:
            named = [code for candidate in candidates if len(code := cell(candidate.record.cells, column)) == 3]  # noqa: PLR2004 - ISO 4217
            if named:
                return max(dict.fromkeys(named), key=named.count) if len(set(named)) < len(named) else named[0]
        for c in self.places.money:
            if c < len(self.headings) and (code := vocabulary.currency_in_heading(self.headings[c])):
                return code
        symbols = {
            amount.currency
            for candidate in candidates[:1000]
            for amount in candidate.money
            if amount and amount.currency
        }
        if len(symbols) == 1:
            return symbols.pop()
        stated = _CURRENCY_LINE.search(self.above)
        return stated[1].upper() if stated else None

    def _decimals(self, candidate: Candidate, currency: str) -> int:
        column = self.places.first(Role.CURRENCY)
        own = cell(candidate.record.cells, column)
        return exponent(own if len(own) == 3 else currency)  # noqa: PLR2004 - ISO 4217

    def _amounts(
        self, sorted_: Sorted, days: Mapping[int, date], currency: str
    ) -> tuple[list[Candidate], list[int], str | None]:
        kept = [candidate for candidate in sorted_.candidates if id(candidate) in days]
        mark = self._mark(kept, currency)
        readable: list[Candidate] = []
        for candidate in kept:
            if all(amount is None or is_readable(amount, mark) for amount in candidate.money):
                readable.append(candidate)
            else:
                shown = next(
                    cell(candidate.record.cells, c)
                    for c, a in zip(self.places.money, candidate.money, strict=True)
                    if a and not is_readable(a, mark)
                )
                self._skip(candidate, f"“{shown}” contradicts the decimal mark “{mark}” of the other amounts")
                sorted_.unreadable += 1
        directed = self._directed(readable, mark, currency)
        self.questions += directed.questions
        self.warnings += directed.warnings
        return readable, self._net_of_fees(readable, directed.amounts, mark, currency), mark if readable else None

    def _mark(self, candidates: Sequence[Candidate], currency: str) -> str:
        chosen = self.wish.answers.get("decimal_mark")
        if chosen in {".", ","}:
            return chosen
        written = [amount for candidate in candidates for amount in candidate.money if amount]
        column = self.places.first(Role.BALANCE)
        others = [
            amount
            for candidate in candidates[:1000]
            if (amount := written_amount(cell(candidate.record.cells, column)))
        ]
        beside = decide_mark(others, currency)
        decision = decide_mark(
            written,
            currency,
            None if beside.is_open or not any(a.point in {".", ","} or a.excludes for a in others) else beside.mark,
        )
        if decision.is_open:
            text = next(
                (
                    cell(c.record.cells, self.places.money[0])
                    for c in candidates
                    if c.money[0] and c.money[0].point == "?"
                ),
                "1.234",
            )
            choices = [
                Choice(mark, f"“{mark}” begins the decimals")
                for mark in (decision.mark, "," if decision.mark == "." else ".")
            ]
            self.questions.append(Question("decimal_mark", f"Does “{text}” mean thousands or decimals?", choices))
        return decision.mark

    def _directed(self, candidates: Sequence[Candidate], mark: str, currency: str) -> Directed:
        sized = [
            tuple(
                None if amount is None else (amount, minor_units(amount, mark, self._decimals(candidate, currency)))
                for amount in candidate.money
            )
            for candidate in candidates
        ]
        place = {role: i for i, role in enumerate(self.places.money_roles)}
        if Role.AMOUNT not in place:
            nothing: list[tuple[Amount, int] | None] = [None] * len(sized)
            debits = [row[place[Role.DEBIT]] for row in sized] if Role.DEBIT in place else nothing
            credits_ = [row[place[Role.CREDIT]] for row in sized] if Role.CREDIT in place else nothing
            directed = directions.from_pair(debits, credits_)
            if choice := self.wish.answers.get(directions.SIGN_KEY):
                return Directed([-value if choice == "inverted" else value for value in directed.amounts], is_sure=True)
            return directed
        if journals.is_journal(self.roles) or self.is_signed:
            signed = [
                (-entry[1] if entry[0].sign < 0 else entry[1]) for row in sized if (entry := row[place[Role.AMOUNT]])
            ]
            return Directed(signed, is_sure=True)
        column = self.places.first(Role.DIRECTION)
        words = None if column is None else [cell(candidate.record.cells, column) for candidate in candidates]
        texts = [self._description(candidate) for candidate in candidates]
        single = [entry for row in sized if (entry := row[place[Role.AMOUNT]])]
        return directions.from_single(single, words, texts, self.wish.answers)

    def _net_of_fees(
        self, candidates: Sequence[Candidate], amounts: Sequence[int], mark: str, currency: str
    ) -> list[int]:
        """Amount less fee where a column named just “fee” stands beside an amount that is not called net."""
        column, amount_at = self.places.first(Role.FEE), self.places.first(Role.AMOUNT)
        if column is None or amount_at is None or "net" in vocabulary.plain(cell(self.headings, amount_at)).split():
            return list(amounts)
        fees = [written_amount(cell(candidate.record.cells, column)) for candidate in candidates]
        sizes = [
            minor_units(fee, mark, self._decimals(c, currency)) if fee else 0
            for fee, c in zip(fees, candidates, strict=True)
        ]
        if any(sizes):
            self.warnings.append(f"The column “{self.headings[column]}” was subtracted from the amounts.")
        return [amount - size for amount, size in zip(amounts, sizes, strict=True)]

    def _legs(self, candidates: Sequence[Candidate], amounts: Sequence[int], mark: str, currency: str) -> list[Leg]:
        """One leg per row, except where the lines are entries between two accounts."""
        if not journals.is_journal(self.roles):
            return [Leg(at, amount, None, None, is_second=False) for at, amount in enumerate(amounts)]
        names_ends = Role.SOURCE in self.roles
        entries = [
            self._entry(candidate, amount, mark, currency)
            for candidate, amount in zip(candidates, amounts, strict=True)
        ]
        chosen = {"in": 1, "out": -1}
        legs, unclear = journals.legs(
            entries,
            names_ends=names_ends,
            answered=lambda kind: chosen.get(self.wish.answers.get(f"direction.{kind}", ""), 0),
        )
        self.questions += [directions.word_question(kind) for kind in unclear]
        return legs

    def _entry(self, candidate: Candidate, amount: int, mark: str, currency: str) -> journals.Entry:
        cells, names = candidate.record.cells, [vocabulary.plain(heading) for heading in self.headings]

        def named(*headings: str) -> str:
            return next((cell(cells, names.index(name)) for name in headings if name in names), "")

        places = self.places
        source, destination = places.first(Role.SOURCE), places.first(Role.DESTINATION)
        if source is None or destination is None:
            source, destination = places.first(Role.ACCOUNT), places.first(Role.SECOND_ACCOUNT)
        second = written_amount(cell(cells, places.first(Role.SECOND_AMOUNT)) or named("foreign amount"))
        code = cell(cells, places.first(Role.SECOND_CURRENCY)) or named("foreign currency code")
        return journals.Entry(
            kind=named("type", "transaction type"),
            amount=amount,
            source=cell(cells, source),
            destination=cell(cells, destination),
            source_kind=named("source type"),
            destination_kind=named("destination type"),
            second_amount=minor_units(second, mark, exponent(code or currency)) if second else None,
            second_currency=code or None,
        )

    # --- balance

    def _balances(self, candidates: Sequence[Candidate], currency: str, mark: str | None) -> list[int | None]:
        column, marks = self.places.first(Role.BALANCE), self.places.first(Role.BALANCE_MARK)
        if column is None:
            return [None] * len(candidates)
        written = [written_amount(cell(candidate.record.cells, column)) for candidate in candidates]
        own_mark = decide_mark([amount for amount in written if amount], currency, mark).mark
        balances: list[int | None] = []
        for candidate, amount in zip(candidates, written, strict=True):
            if amount is None:
                balances.append(None)
                continue
            size = minor_units(amount, own_mark, self._decimals(candidate, currency))
            word = vocabulary.direction_of(cell(candidate.record.cells, marks))
            is_negative = amount.sign < 0 or amount.mark == "out" or word < 0
            balances.append(-size if is_negative else size)
        return balances

    def _proved(
        self, candidates: Sequence[Candidate], amounts: list[int], balances: Sequence[int | None], days: Sequence[date]
    ) -> tuple[list[int], str | None]:
        """The amounts after the running balance has spoken, and what it said in words."""
        booked = [i for i, candidate in enumerate(candidates) if not candidate.is_pending]
        accounts = {cell(candidate.record.cells, self.places.first(Role.ACCOUNT)) for candidate in candidates}
        if len(accounts) > 1 or not any(b is not None for b in balances):
            return amounts, None
        is_answered = directions.SIGN_KEY in self.wish.answers
        own, known = [amounts[i] for i in booked], [balances[i] for i in booked]
        is_ascending = _ascending([days[i] for i in booked])
        if any(question.key == directions.SIGN_KEY for question in self.questions) and (
            signed := balance.signs_from([abs(a) for a in own], known, is_ascending=is_ascending)
        ):
            self.questions = [question for question in self.questions if question.key != directions.SIGN_KEY]
            for i, amount in zip(booked, signed[0], strict=True):
                amounts[i] = amount
            if signed[1] is not None:
                self._first_sign(candidates, amounts, booked[signed[1]])
            return amounts, "The running balance shows which amounts are money in and which are money out."
        fit = balance.check(own, known, is_ascending=is_ascending)
        if fit.is_proved:
            return amounts, f"The running balance confirms all {fit.steps} steps between rows."
        if fit.is_turned and not is_answered:
            if vocabulary.speaks_of_card(self.above + " " + " ".join(self.headings)):
                self.questions.append(directions.sign_question("as_written"))
                return amounts, None
            self.warnings.append(
                "Money in and money out are exchanged in this file: only so does every running balance fit. The directions were corrected."
            )
            return [
                -amount for amount in amounts
            ], f"The running balance confirms all {fit.steps} steps once the directions are exchanged."
        if fit.steps:
            self.warnings.append(
                f"The running balance agrees with the amounts in {fit.held} of {fit.steps} steps; please check the amounts."
            )
        return amounts, None

    def _first_sign(self, candidates: Sequence[Candidate], amounts: list[int], at: int) -> None:
        """The balance tells nothing about the oldest row of unsigned amounts: the user does."""
        choice = self.wish.answers.get("first_sign")
        if choice in {"in", "out"}:
            amounts[at] = abs(amounts[at]) if choice == "in" else -abs(amounts[at])
            return
        text = f"The balance shows the direction of every row but the oldest (line {candidates[at].record.line}). Is that one money out or money in?"
        self.questions.append(Question("first_sign", text, (Choice("out", "Money out"), Choice("in", "Money in"))))

    # --- rows

    def _description(self, candidate: Candidate) -> str:
        record = candidate.record
        parts = [cell(record.cells, c) for c in self.places.descriptions]
        if any(self.headings):
            parts += record.cells[len(self.headings) :]
        parts += [text for more in candidate.more for text in more.cells]
        words = dict.fromkeys(" ".join(part.split()) for part in parts if part and part not in columns.BLANKS)
        return " ".join(words)

    def _rows(
        self,
        candidates: Sequence[Candidate],
        legs: Sequence[Leg],
        balances: Sequence[int | None],
        days: Mapping[int, date],
        currency: str,
    ) -> list[StatementRow]:
        places = self.places
        payee, category, account = places.first(Role.PAYEE), places.first(Role.CATEGORY), places.first(Role.ACCOUNT)
        own_currency, bank_id, serial = (
            places.first(Role.CURRENCY),
            places.first(Role.BANK_ID),
            places.first(Role.SERIAL),
        )
        ids = [cell(candidate.record.cells, bank_id) for candidate in candidates]
        has_unique_ids = bool(ids) and all(ids) and len(set(ids)) == len(ids)
        occurrences = Occurrences()
        rows: list[StatementRow] = []
        for leg in legs:
            candidate = candidates[leg.at]
            record = candidate.record
            raw = "\n".join([record.raw, *(more.raw for more in candidate.more)]) if candidate.more else record.raw
            identity = identity_text(raw, record.cells, serial)
            mark = fingerprint(f"{identity}\x1f{leg.account}" if leg.is_second else identity)
            name = " ".join(cell(record.cells, payee).split()) or None
            code = leg.currency or cell(record.cells, own_currency)
            rows.append(
                StatementRow(
                    line=record.line,
                    occurred_on=days[id(candidate)],
                    amount_minor=leg.amount,
                    description=self._description(candidate) or name or "",
                    payee=name,
                    balance_minor=balances[leg.at],
                    currency=code if len(code) == 3 and code != currency else None,  # noqa: PLR2004 - ISO 4217
                    bank_id=ids[leg.at] if has_unique_ids else None,
                    raw=raw,
                    fingerprint=mark,
                    nth=occurrences.nth(mark),
                    is_pending=candidate.is_pending,
                    category=cell(record.cells, category) or None,
                    account=leg.account or cell(record.cells, account) or None,
                )
            )
        return rows

    def _of_account(self, rows: list[StatementRow]) -> list[StatementRow]:
        chosen = self.wish.answers.get("account")
        if chosen is None or chosen == "":
            return rows
        return [row for row in rows if row.account == chosen]

    def _several(self, rows: Sequence[StatementRow], currency: str) -> None:
        """Several accounts in one file are asked about; several currencies are said."""
        accounts = sorted({row.account for row in rows if row.account})
        if len(accounts) > 1 and "account" not in self.wish.answers:
            choices = [Choice("", "All of them"), *(Choice(name, name) for name in accounts)]
            self.questions.append(
                Question("account", f"This file holds {len(accounts)} accounts. Which one is this import for?", choices)
            )
        codes = sorted({row.currency or currency for row in rows})
        if len(codes) > 1:
            self.warnings.append(
                f"This file holds several currencies: {', '.join(codes)}. Their amounts are never added up."
            )


def _ascending(days: Sequence[date]) -> bool | None:
    up = all(a <= b for a, b in pairwise(days))
    down = all(a >= b for a, b in pairwise(days))
    return None if up == down else up


def _order_question(written: Sequence[dates.Written], assumed: str) -> Question:
    example = next(entry for entry in written if isinstance(entry, dates.Numbers) and entry.first != entry.second)
    text = f"Does {example.first:02d}{example.mark}{example.second:02d}{example.mark}{example.third} begin with the day or with the month?"
    orders = [assumed, "mdy" if assumed == "dmy" else "dmy"]
    choices = [
        Choice(order, f"{dates.ORDERS[order].capitalize()}: {day:%d %B %Y}")
        for order in orders
        if (day := dates.in_order(example, order))
    ]
    return Question("date_order", text, choices)
