"""Money in or money out: from two columns, signs, marks or words, and what to ask where none of them tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.ingest import vocabulary
from app.ingest.amounts import Amount
from app.ingest.statement import Choice, Question

SIGN_KEY = "sign"
_CHOICES = {
    "as_written": Choice("as_written", "Plus is money in, minus is money out"),
    "inverted": Choice("inverted", "Plus is money out, minus is money in (as on many cards)"),
}


@dataclass(frozen=True, slots=True)
class Directed:
    """Signed amounts, one per row. `is_sure` is False where the reading rests on habit and a running balance may still correct it."""

    amounts: list[int]
    is_sure: bool
    questions: tuple[Question, ...] = ()
    warnings: tuple[str, ...] = ()


def from_pair(debits: Sequence[tuple[Amount, int] | None], credits_: Sequence[tuple[Amount, int] | None]) -> Directed:
    """Two columns: their difference. A column that is negative throughout states its sizes with a sign; a single minus is a reversal."""
    out, into = _sizes(debits), _sizes(credits_)
    return Directed([b - a for a, b in zip(out, into, strict=True)], is_sure=True)


def _sizes(column: Sequence[tuple[Amount, int] | None]) -> list[int]:
    written = [0 if entry is None else -entry[1] if entry[0].sign < 0 else entry[1] for entry in column]
    is_negative_throughout = not any(value > 0 for value in written)
    return [abs(value) for value in written] if is_negative_throughout else written


def from_single(
    column: Sequence[tuple[Amount, int]], words: Sequence[str] | None, texts: Sequence[str], answers: Mapping[str, str]
) -> Directed:
    """One amount column, with the words of a direction column where there is one.

    `texts` are the descriptions. `answers` may hold "sign" (as_written, inverted, all_out, all_in) and "direction.<word>" (in, out).
    """
    written = [-size if amount.sign < 0 else size for amount, size in column]
    if choice := answers.get(SIGN_KEY):
        return Directed(_answered(written, choice), is_sure=True)
    if any(amount.mark for amount, _ in column):
        return Directed(_by_marks(column), is_sure=True)
    if words is not None and any(map(vocabulary.direction_of, words)):
        return _by_words(written, words, texts, answers)
    has_minus = any(value < 0 for value in written)
    if (
        not has_minus
        and any(amount.sign > 0 for amount, _ in column)
        and not all(amount.sign > 0 for amount, _ in column)
    ):
        amounts = [size if amount.sign > 0 else -size for amount, size in column]
        return Directed(
            amounts,
            is_sure=False,
            warnings=("Only money in carries a plus sign here; amounts without one are read as money out.",),
        )
    if has_minus:
        return _by_signs(written, texts)
    return Directed(
        [-value for value in written], is_sure=not any(written), questions=(_all_one_way(),) if any(written) else ()
    )


def _answered(written: Sequence[int], choice: str) -> list[int]:
    if choice == "all_out":
        return [-abs(value) for value in written]
    if choice == "all_in":
        return [abs(value) for value in written]
    return [-value for value in written] if choice == "inverted" else list(written)


def _all_one_way() -> Question:
    return Question(
        SIGN_KEY,
        "No amount in this file has a sign, and nothing says which are money out. What are they?",
        (Choice("all_out", "All of them are money out"), Choice("all_in", "All of them are money in")),
    )


def _by_marks(column: Sequence[tuple[Amount, int]]) -> list[int]:
    """Dr and Cr beside the amount win; where only one of them occurs and no sign either, the unmarked rows are the other."""
    marks = {amount.mark for amount, _ in column if amount.mark}
    has_sign = any(amount.sign for amount, _ in column)
    unmarked = 1 if has_sign or len(marks) > 1 or marks == {"out"} else -1
    return [
        -size
        if amount.mark == "out"
        else size
        if amount.mark == "in"
        else -size
        if amount.sign < 0
        else unmarked * size
        for amount, size in column
    ]


def _by_words(
    written: Sequence[int], words: Sequence[str], texts: Sequence[str], answers: Mapping[str, str]
) -> Directed:
    """A direction column: it decides where the amounts are unsigned; where they are signed the signs do, in the sense the words show."""
    told = [vocabulary.direction_of(word) for word in words]
    out = [value for value, direction in zip(written, told, strict=True) if direction < 0 and value]
    into = [value for value, direction in zip(written, told, strict=True) if direction > 0 and value]
    agree = sum(value < 0 for value in out) + sum(value > 0 for value in into)
    if any(value < 0 for value in written):
        if out and sum(value < 0 for value in out) * 2 > len(out):
            return Directed(list(written), is_sure=True)
        if agree * 2 > len(out) + len(into):
            return Directed(list(written), is_sure=True)
        if _is_inverted(written, words):
            return Directed(
                [-value for value in written],
                is_sure=True,
                warnings=("Money out is written with a plus in this file; the type of each row shows it.",),
            )
        strong = [value for value, word in zip(written, words, strict=True) if vocabulary.strong_direction_of(word)]
        if not any(strong):
            return Directed(list(written), is_sure=False)
    return _unsigned_by_words(written, words, told, texts, answers)


def _is_inverted(written: Sequence[int], words: Sequence[str]) -> bool:
    """Whether plus means money out: no strong word agrees with its sign, and both signs occur among them or the rest."""
    told = [
        (value, direction)
        for value, word in zip(written, words, strict=True)
        if value and (direction := vocabulary.strong_direction_of(word))
    ]
    out, into = [v for v, d in told if d < 0], [v for v, d in told if d > 0]
    if not told or any(value < 0 for value in out):
        return False
    return all(value < 0 for value in into) if into else True


def _unsigned_by_words(
    written: Sequence[int], words: Sequence[str], told: list[int], texts: Sequence[str], answers: Mapping[str, str]
) -> Directed:
    warnings: tuple[str, ...] = ()
    present = {direction for direction in told if direction}
    unmarked = -present.pop() if len(present) == 1 else 0
    questions: dict[str, Question] = {}
    used_unmarked = False
    for i, (word, direction) in enumerate(zip(words, told, strict=True)):
        if direction or not written[i]:
            continue
        key = f"direction.{word}"
        if key in answers:
            told[i] = 1 if answers[key] == "in" else -1
        elif not word and unmarked:
            told[i], used_unmarked = unmarked, True
        elif guessed := vocabulary.direction_of_neutral(texts[i]):
            told[i] = guessed
        else:
            told[i] = -1
            questions[key] = word_question(word)
    if used_unmarked:
        warnings = (
            f"Rows without a mark are read as money {'in' if unmarked > 0 else 'out'}, because only the others are marked.",
        )
    return Directed(
        [value * direction for value, direction in zip(written, told, strict=True)],
        is_sure=True,
        questions=tuple(questions.values()),
        warnings=warnings,
    )


def _by_signs(written: Sequence[int], texts: Sequence[str]) -> Directed:
    """Signs as written, unless the payments that a card's own texts name stand on the minus side; asked where most rows would be money in."""
    thanks = [value for value, text in zip(written, texts, strict=True) if value and vocabulary.is_card_payment(text)]
    positive = sum(value > 0 for value in written)
    negative = sum(value < 0 for value in written)
    if thanks and all(value < 0 for value in thanks) and positive > negative:
        said = "Purchases are written with a plus in this file and payments to the card with a minus; it was read so that purchases are money out."
        return Directed([-value for value in written], is_sure=False, warnings=(said,))
    if thanks and any(value < 0 for value in thanks):
        return Directed(list(written), is_sure=False, questions=(sign_question("as_written"),))
    if positive > 2 * negative and len(written) > 2:  # noqa: PLR2004 - fewer rows show no pattern
        return Directed(list(written), is_sure=False, questions=(sign_question("as_written"),))
    return Directed(list(written), is_sure=False)


def word_question(word: str) -> Question:
    """Asks what a word of the direction column means."""
    text = f"Some rows are marked “{word or 'nothing'}”. Are they money out or money in?"
    return Question(f"direction.{word}", text, (Choice("out", "Money out"), Choice("in", "Money in")))


def sign_question(likely: str) -> Question:
    """Asks what plus means; the likely reading first, because it is the one shown until answered."""
    other = "inverted" if likely == "as_written" else "as_written"
    text = "The file does not settle whether plus is money in or money out. Which is it?"
    return Question(SIGN_KEY, text, (_CHOICES[likely], _CHOICES[other]))
