from app.services.deps import Deps


def fill(deps: Deps, book_id: int, user_id: int, planted: str) -> dict[str, object]:  # noqa: ARG001 - filled with the pages
    """Something of everything that these pages show, every text holding `planted`; the ids by the names of route parameters."""
    return {}
