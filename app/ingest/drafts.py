"""The rows of the statement, with the identity of their source lines."""

from collections.abc import Mapping, Sequence
from datetime import date

from app.ingest.context import Context
from app.ingest.fingerprint import Occurrences, fingerprint, identity_text
from app.ingest.journals import Leg
from app.ingest.rows import Candidate, cell, description_of
from app.ingest.statement import Choice, Question, Role, StatementRow


def draft_rows(
    context: Context,
    candidates: Sequence[Candidate],
    legs: Sequence[Leg],
    *,
    balances: Sequence[int | None],
    days: Mapping[int, date],
    currency: str,
) -> list[StatementRow]:
    """One statement row per leg, in the order of the file."""
    places = context.places
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
                description=description_of(candidate, context.places) or name or "",
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


def of_account(context: Context, rows: list[StatementRow]) -> list[StatementRow]:
    """The rows of the account the user chose; all of them while nothing is chosen."""
    chosen = context.wish.answers.get("account")
    if chosen is None or chosen == "":
        return rows
    return [row for row in rows if row.account == chosen]


def ask_about_several(context: Context, rows: Sequence[StatementRow], currency: str) -> None:
    """Several accounts in one file are asked about; several currencies are said."""
    accounts = sorted({row.account for row in rows if row.account})
    if len(accounts) > 1 and "account" not in context.wish.answers:
        choices = [Choice("", "All of them"), *(Choice(name, name) for name in accounts)]
        context.questions.append(
            Question("account", f"This file holds {len(accounts)} accounts. Which one is this import for?", choices)
        )
    codes = sorted({row.currency or currency for row in rows})
    if len(codes) > 1:
        context.warnings.append(
            f"This file holds several currencies: {', '.join(codes)}. Their amounts are never added up."
        )
