"""Which column means what: by its heading where there is one, confirmed or replaced by what its cells hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from app.ingest import vocabulary
from app.ingest.amounts import Amount, decide_mark, minor_units, written_amount
from app.ingest.balance import check
from app.ingest.dates import written_date
from app.ingest.delimited import Record, has_date_and_amount
from app.ingest.statement import Role

HEADER_WITHIN = 100
SAMPLE_ROWS = 600
_SOME, _MOST, _NEARLY_ALL = 0.4, 0.6, 0.9
_FEWEST_HEADINGS = 3
_SINGLE = (
    Role.DATE,
    Role.DEBIT,
    Role.CREDIT,
    Role.BALANCE,
    Role.FEE,
    Role.CURRENCY,
    Role.CATEGORY,
    Role.ACCOUNT,
    Role.STATUS,
    Role.SERIAL,
    Role.PAYEE,
)
_MONEY = frozenset({Role.AMOUNT, Role.DEBIT, Role.CREDIT, Role.BALANCE, Role.FEE, Role.SECOND_AMOUNT})
_DATES = frozenset({Role.DATE, Role.VALUE_DATE})
BLANKS = frozenset({"", "-", "--", "n/a", "N/A", "null", "NULL", "—", "–", "nan", "None"})


@dataclass(frozen=True, slots=True)
class Profile:
    """What the cells of one column look like, in shares of its filled cells. `money` counts amounts with decimals, sign, mark or symbol."""

    filled: int
    dates: float
    amounts: float
    money: float
    directions: float
    codes: float
    variety: int
    numbers_lines: bool


def find_header(records: Sequence[Record]) -> int | None:
    """The record that holds the headings: it names a date and an amount, or stands right above the first rows and holds only words."""
    best, best_score = None, 0
    for i, record in enumerate(records[:HEADER_WITHIN]):
        if has_date_and_amount(record.cells):
            continue
        named = [roles[0] for cell in record.cells if cell and (roles := vocabulary.roles_named(cell))]
        has_date = any(role in _DATES for role in named)
        has_money = any(role in {Role.AMOUNT, Role.DEBIT, Role.CREDIT} for role in named)
        if has_date and has_money and len(named) > best_score:
            best, best_score = i, len(named)
    return best if best is not None else _unnamed_header(records)


def _unnamed_header(records: Sequence[Record]) -> int | None:
    first = next((i for i, record in enumerate(records) if has_date_and_amount(record.cells)), None)
    if not first:
        return None
    above, below = records[first - 1].cells, records[first].cells
    words = [cell for cell in above if cell]
    looks_so = (
        len(words) >= _FEWEST_HEADINGS
        and len(words) * 2 > len(below)
        and not any(written_date(cell) or written_amount(cell) for cell in words)
    )
    return first - 1 if looks_so else None


def sample_rows(records: Sequence[Record], width: int) -> list[Sequence[str]]:
    """Rows that could be transactions, from both ends of the table; those that fit its `width` (0 if unknown) where there are any."""
    half = SAMPLE_ROWS // 2
    ends = records if len(records) <= SAMPLE_ROWS else [*records[:half], *records[-half:]]
    rows: list[Sequence[str]] = [record.cells for record in ends if has_date_and_amount(record.cells)]
    fitting = [cells for cells in rows if not width or not any(cells[width:])]
    return fitting or rows


def profile(cells: Sequence[str]) -> Profile:
    """The shares of dates, amounts, direction words and currency codes among the filled cells."""
    filled = [cell for cell in cells if cell not in BLANKS]
    n = len(filled) or 1
    amounts = [amount for cell in filled if (amount := written_amount(cell))]
    money = sum(1 for amount in amounts if amount.point or amount.sign or amount.mark or amount.currency)
    numbers = [int(cell) for cell in filled if cell.isdecimal() and len(cell) < 9]  # noqa: PLR2004 - longer ones are ids
    steps = {b - a for a, b in pairwise(numbers)}
    return Profile(
        filled=len(filled),
        dates=sum(1 for cell in filled if written_date(cell)) / n,
        amounts=len(amounts) / n,
        money=money / n,
        directions=sum(1 for cell in filled if vocabulary.direction_of(cell)) / n,
        codes=sum(1 for cell in filled if len(cell) == 3 and cell.isalpha() and cell.isupper()) / n,  # noqa: PLR2004 - ISO 4217
        variety=len(set(filled)),
        numbers_lines=bool(numbers)
        and len(numbers) == len(cells)
        and (steps in ({1}, {-1}) or (not steps and numbers == [1])),
    )


def assign(headings: Sequence[str], rows: Sequence[Sequence[str]], chosen: Mapping[int, Role]) -> list[Role]:
    """One role per column. `chosen` are the user's own choices and win over everything."""
    width = max([len(headings), *(len(row) for row in rows)], default=0)
    columns = [[row[c] if c < len(row) else "" for row in rows] for c in range(width)]
    profiles = [profile(column) for column in columns]
    names = [headings[c] if c < len(headings) else "" for c in range(width)]
    roles = [chosen.get(c) or _by_name(names[c], profiles[c], has_rows=bool(rows)) for c in range(width)]
    taken = set(chosen.values())
    roles = [
        Role.OTHER if c not in chosen and role in taken and role in (*_SINGLE, Role.AMOUNT) else role
        for c, role in enumerate(roles)
    ]
    _keep_one_each(roles, names, profiles, chosen)
    if rows:
        _dates_by_content(roles, profiles)
        _money_by_content(roles, columns, profiles)
    _settle_directions(roles, names, profiles, chosen)
    if rows:
        _states_by_content(roles, columns)
        _texts_by_content(roles, names, profiles)
    return roles


def _by_name(heading: str, seen: Profile, *, has_rows: bool) -> Role:
    return next((role for role in vocabulary.roles_named(heading) if not has_rows or _fits(role, seen)), Role.OTHER)


def _fits(role: Role, seen: Profile) -> bool:
    """Whether the cells can mean what the heading says; a column of two may be empty throughout, an amount may not."""
    is_money = seen.amounts >= _MOST and seen.dates < _MOST
    may_be_empty = (
        seen.filled == 0 and role not in {Role.AMOUNT, Role.SECOND_AMOUNT, Role.DIRECTION} and role not in _DATES
    )
    checks = {
        **dict.fromkeys(_DATES, seen.dates >= _MOST),
        **dict.fromkeys(_MONEY, is_money),
        Role.DIRECTION: seen.directions >= _SOME,  # other kinds of rows may stand among them
        Role.CURRENCY: seen.codes > _MOST,
        Role.SERIAL: seen.numbers_lines,
    }
    return may_be_empty or checks.get(role, True)


def _keep_one_each(
    roles: list[Role], names: Sequence[str], profiles: Sequence[Profile], chosen: Mapping[int, Role]
) -> None:
    """Where several columns claim a single role, the fullest of the best named keeps it; surplus dates become value dates."""
    for role in (*_SINGLE, Role.AMOUNT):
        claims = [c for c, found in enumerate(roles) if found is role and c not in chosen]
        if len(claims) < 2:  # noqa: PLR2004 - no contest
            continue
        best = min(claims, key=lambda c: (*_rank(role, names[c], profiles[c]), c))
        for c in claims:
            if c != best:
                roles[c] = (
                    Role.VALUE_DATE if role is Role.DATE else Role.DESCRIPTION if role is Role.PAYEE else Role.OTHER
                )
    if Role.DATE not in roles and Role.VALUE_DATE in roles:
        roles[roles.index(Role.VALUE_DATE)] = Role.DATE
    pair = [c for c, role in enumerate(roles) if role in {Role.DEBIT, Role.CREDIT}]
    if Role.AMOUNT in roles and pair:
        filled = sum(profiles[c].filled for c in pair)
        loser = (
            {Role.AMOUNT}
            if len(pair) > 1 and filled >= profiles[roles.index(Role.AMOUNT)].filled * _NEARLY_ALL
            else {Role.DEBIT, Role.CREDIT}
        )
        for c, role in enumerate(roles):
            if role in loser and c not in chosen:
                roles[c] = Role.OTHER


def _rank(role: Role, name: str, seen: Profile) -> tuple[int, int]:
    plain = vocabulary.plain(name)
    if role is Role.AMOUNT:
        return (0 if plain.startswith("net") else 1 if plain != "gross" else 2, -seen.filled)
    if role is Role.BALANCE:
        return (1 if "available" in plain or "disponi" in plain else 0, -seen.filled)
    if role is Role.DATE:
        return (1 if plain in {"time", "created", "created on", "created at", "started date"} else 0, 0)
    return (0, -seen.filled)


def _dates_by_content(roles: list[Role], profiles: Sequence[Profile]) -> None:
    if Role.DATE in roles:
        return
    free = [c for c, role in enumerate(roles) if role in {Role.OTHER, Role.DESCRIPTION} and profiles[c].dates >= _MOST]
    if free:
        roles[max(free, key=lambda c: (profiles[c].dates * profiles[c].filled, -c))] = Role.DATE


def _money_by_content(roles: list[Role], columns: Sequence[Sequence[str]], profiles: Sequence[Profile]) -> None:
    """Amount columns of a table whose headings do not name them: the reading that the running balance proves, else the plainest one."""
    if {Role.AMOUNT, Role.DEBIT, Role.CREDIT} & set(roles):
        return
    free = [
        c
        for c, role in enumerate(roles)
        if (
            role in {Role.OTHER, Role.DESCRIPTION}
            and profiles[c].filled
            and profiles[c].amounts >= _NEARLY_ALL
            and profiles[c].dates < _MOST
        )
    ]
    free = [c for c in free if profiles[c].money > 0] or free
    for c, role in _best_reading(free[:8], columns).items():
        roles[c] = role


def _best_reading(free: Sequence[int], columns: Sequence[Sequence[str]]) -> dict[int, Role]:
    minor = {c: _signed(columns[c]) for c in free}
    pairs = [(a, b) for a, b in combinations(free, 2) if _complement(minor[a], minor[b])]
    readings: list[tuple[dict[int, Role], list[int]]] = []
    for a, b in pairs:
        sizes_a, sizes_b = [abs(v or 0) for v in minor[a]], [abs(v or 0) for v in minor[b]]
        readings.append(({a: Role.DEBIT, b: Role.CREDIT}, [y - x for x, y in zip(sizes_a, sizes_b, strict=True)]))
        readings.append(({a: Role.CREDIT, b: Role.DEBIT}, [x - y for x, y in zip(sizes_a, sizes_b, strict=True)]))
    readings += [({c: Role.AMOUNT}, [v or 0 for v in minor[c]]) for c in free if all(v is not None for v in minor[c])]
    proved = []
    for roles, amounts in readings:
        for c in set(free) - roles.keys():
            fit = check(amounts, minor[c], is_ascending=None)
            if fit.is_proved and fit.steps > 1:
                proved.append((fit.steps, roles | {c: Role.BALANCE}))
    if proved:
        return max(proved, key=lambda item: item[0])[1]
    if pairs:
        a, b = pairs[0]
        first = {
            Role.CREDIT if any((v or 0) > 0 for v in minor[a]) and any((v or 0) < 0 for v in minor[b]) else Role.DEBIT
        }.pop()
        return {a: first, b: Role.CREDIT if first is Role.DEBIT else Role.DEBIT}
    whole = [c for c in free if all(v is not None for v in minor[c])] or list(free)
    signed = [c for c in whole if any((v or 0) < 0 for v in minor[c])]
    return {(signed or whole)[0]: Role.AMOUNT} if whole else {}


def _complement(first: Sequence[int | None], second: Sequence[int | None]) -> bool:
    return any(first) and any(second) and all(bool(a) != bool(b) for a, b in zip(first, second, strict=True))


def _signed(cells: Sequence[str]) -> list[int | None]:
    amounts: list[Amount | None] = [None if cell in BLANKS else written_amount(cell) for cell in cells]
    mark = decide_mark([amount for amount in amounts if amount], "INR").mark
    return [
        None
        if amount is None
        else minor_units(amount, mark, 2) * (-1 if amount.sign < 0 or amount.mark == "out" else 1)
        for amount in amounts
    ]


def _settle_directions(
    roles: list[Role], names: Sequence[str], profiles: Sequence[Profile], chosen: Mapping[int, Role]
) -> None:
    """One direction column for the amount; one right after the balance belongs to the balance."""
    claims = [c for c, role in enumerate(roles) if role is Role.DIRECTION]
    claims += [
        c
        for c, role in enumerate(roles)
        if role in {Role.OTHER, Role.CATEGORY}
        and c not in chosen
        and profiles[c].filled
        and profiles[c].directions >= _NEARLY_ALL
    ]
    has_pair = Role.DEBIT in roles or Role.CREDIT in roles
    for c in claims:
        if c and roles[c - 1] is Role.BALANCE and (len(claims) > 1 or has_pair) and c not in chosen:
            roles[c] = Role.BALANCE_MARK
    claims = [c for c in claims if roles[c] is not Role.BALANCE_MARK]
    best = (
        None
        if has_pair
        else min(claims, key=lambda c: (c not in chosen, _unclear(names[c], profiles[c]), c), default=None)
    )
    for c in claims:
        roles[c] = Role.DIRECTION if c == best else Role.OTHER


def _unclear(name: str, seen: Profile) -> tuple[float, float]:
    return (-round(seen.directions, 1), 0 if Role.DIRECTION in vocabulary.roles_named(name) else 1)


def _states_by_content(roles: list[Role], columns: Sequence[Sequence[str]]) -> None:
    if Role.STATUS in roles:
        return
    for c, role in enumerate(roles):
        values = {cell for cell in columns[c] if cell not in BLANKS}
        if role in {Role.OTHER, Role.DESCRIPTION} and values and all(map(vocabulary.is_state, values)):
            roles[c] = Role.STATUS
            return


def _texts_by_content(roles: list[Role], names: Sequence[str], profiles: Sequence[Profile]) -> None:
    """Where no heading names a description: all texts of a table without headings, else the most varied text."""
    if Role.DESCRIPTION in roles:
        return
    texts = [
        c
        for c, role in enumerate(roles)
        if role is Role.OTHER
        and profiles[c].filled
        and profiles[c].dates < _MOST
        and profiles[c].amounts < _MOST
        and profiles[c].codes < _MOST
    ]
    unnamed = [c for c in texts if not names[c]]
    for c in unnamed or sorted(texts, key=lambda c: -profiles[c].variety)[: Role.PAYEE not in roles]:
        roles[c] = Role.DESCRIPTION
