import pytest
from werkzeug.routing import Rule

from app.domain.books import Role
from app.web.access import PUBLIC, SIGNED_IN, need_of
from tests.guards.world import PEOPLE, World, csrf_token

PUBLIC_ENDPOINTS = {
    "static",
    "system.first_page",
    "system.health",
    "system.demo",
    "auth.sign_in",
    "auth.sign_in_now",
    "auth.sign_out",
    "auth.register",
    "auth.register_now",
    "auth.confirm_form",
    "auth.confirm_now",
    "auth.forgot",
    "auth.forgot_now",
    "auth.reset",
    "auth.reset_form",
    "auth.reset_now",
}
"""All that answers without a signed-in person. Add to it with care."""


def _needs(world: World, method: str) -> list[tuple[Rule, Role | str | None]]:
    with world.app.app_context():
        return [(rule, need_of(rule.endpoint)) for rule in world.rules(method)]


def test_every_view_says_who_may_open_it(world: World) -> None:
    silent = [rule.endpoint for method in ("GET", "POST") for rule, need in _needs(world, method) if need is None]

    assert silent == []


def test_only_the_listed_pages_are_public(world: World) -> None:
    public = {rule.endpoint for method in ("GET", "POST") for rule, need in _needs(world, method) if need == PUBLIC}

    assert public <= PUBLIC_ENDPOINTS


@pytest.mark.sqlite_only
def test_nobody_reads_anything_without_signing_in(world: World) -> None:
    client = world.client(None)

    for rule, need in _needs(world, "GET"):
        if need != PUBLIC:
            answer = client.get(world.address(rule, book=world.book_for(rule)))
            assert answer.status_code in {302, 401}, rule
            assert answer.status_code == 401 or answer.location.split("?")[0] == "/login", rule


@pytest.mark.sqlite_only
def test_every_post_without_a_token_is_400(world: World) -> None:
    for person in (None, "owner"):
        client = world.client(person)
        for rule, _ in _needs(world, "POST"):
            assert client.post(world.address(rule, book=world.book_for(rule))).status_code == 400, rule


def test_a_stranger_gets_404_for_everything_in_a_book(world: World) -> None:
    client = world.client("stranger")
    token = csrf_token(client, "/profile")

    for rule, need in _needs(world, "GET"):
        if isinstance(need, Role):
            assert client.get(world.address(rule, book=world.book_for(rule))).status_code == 404, rule
    for rule, need in _needs(world, "POST"):
        if isinstance(need, Role):
            answer = client.post(world.address(rule, book=world.book_for(rule)), data={"csrf_token": token})
            assert answer.status_code == 404, rule


def test_a_strangers_own_book_does_not_open_the_things_of_another(world: World) -> None:
    client = world.client("stranger")
    token = csrf_token(client, "/profile")
    own = {
        kind: client.get(path).request.args.get("book")
        for kind, path in (("personal", "/dashboard"), ("business", "/business_dashboard"))
    }
    assert own == {"personal": None, "business": None}  # the default book is the stranger's

    for method in ("GET", "POST"):
        for rule, need in _needs(world, method):
            taken = set(rule.arguments) & {
                "transaction_id",
                "account_id",
                "category_id",
                "receipt_id",
                "import_id",
                "alert_id",
                "holding_id",
                "property_id",
                "valuation_id",
                "goal_id",
            }
            if isinstance(need, Role) and taken:
                answer = client.open(
                    world.address(rule), method=method, data={"csrf_token": token} if method == "POST" else None
                )
                assert answer.status_code == 404, (method, rule)


def test_each_role_may_do_what_the_page_says_and_no_more(world: World) -> None:
    for person in PEOPLE[:3]:
        client = world.client(person)
        token = csrf_token(client, "/profile")
        for method in ("GET", "POST"):
            for rule, need in _needs(world, method):
                if need == SIGNED_IN or not isinstance(need, Role) or Role(person).covers(need):
                    continue
                answer = client.open(
                    world.address(rule, book=world.book_for(rule)),
                    method=method,
                    data={"csrf_token": token} if method == "POST" else None,
                )
                assert answer.status_code == 403, (person, method, rule)
