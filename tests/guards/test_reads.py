from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.base import Base
from tests.guards.world import World


def _rows(session: Session) -> dict[str, list[str]]:
    session.rollback()
    return {
        table.name: sorted(map(repr, session.execute(select(table)).all())) for table in Base.metadata.sorted_tables
    }


def test_a_crawl_of_every_page_changes_no_row(world: World, session: Session) -> None:
    before = _rows(session)

    for person in ("owner", "viewer"):
        client = world.client(person)
        for rule in world.rules("GET"):
            answer = client.get(world.address(rule, book=world.book_for(rule)))
            assert answer.status_code < 500, (rule, answer.get_data(as_text=True)[-2000:])
            answer.close()

    assert _rows(session) == before
