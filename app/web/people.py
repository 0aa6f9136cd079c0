"""Who is signed in: Flask-Login's view of a session row."""

from dataclasses import dataclass
from datetime import date, datetime

from app.extensions import login_manager
from app.queries.books import BookView
from app.queries.people import signed_in
from app.web.deps import current_deps


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """The signed-in person, for views and templates."""

    id: int
    email: str
    name: str
    born_on: date | None
    locale: str
    timezone: str
    theme: str
    is_demo: bool
    seen_at: datetime
    books: tuple[BookView, ...]  # all that they may open
    token: str

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the cookie holds: the secret of this sign-in, which can be revoked, not the person."""
        return self.token


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login is untyped
def load(token: str) -> CurrentUser | None:
    """The person behind a cookie, unless that sign-in has ended."""
    deps = current_deps()
    person = signed_in(deps.session, token, deps.now())
    if person is None:
        return None
    return CurrentUser(
        person.id,
        person.email,
        person.name,
        person.born_on,
        person.locale,
        person.timezone,
        person.theme,
        person.is_demo,
        person.seen_at,
        person.books,
        token,
    )
