"""What can go wrong on purpose. Each failure has a text for the person and a text for the log; HTTP is decided in the web layer."""

from typing import ClassVar


class FinTrakError(Exception):
    """Base of all expected failures. `user_message` is safe to show; the arguments are for the log."""

    user_message: str = "Something went wrong on our side. Nothing was saved."


class NotInBook(FinTrakError):  # noqa: N818 - reads as the sentence it is
    """The thing does not exist, or belongs to somebody else; callers may not learn which."""

    user_message = "We could not find that in this book."

    def __init__(self, kind: str, object_id: object, book_id: int) -> None:
        super().__init__(f"{kind} {object_id} is not in book {book_id}")


class Refused(FinTrakError):  # noqa: N818 - reads as the sentence it is
    """A rule of the books forbids it. `field` names the form field to show it beside, when there is one."""

    default_field: ClassVar[str | None] = None

    def __init__(self, user_message: str, *, field: str | None = None) -> None:
        super().__init__(user_message)
        self.user_message = user_message
        self.field = field or self.default_field


class InvalidAmount(Refused):
    """A text that is no amount, or one that its currency cannot hold."""

    default_field = "amount"
