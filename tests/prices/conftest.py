from collections.abc import Iterator

import pytest

from tests.prices.market import Market, opened


@pytest.fixture
def market(monkeypatch: pytest.MonkeyPatch) -> Iterator[Market]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with opened() as market:
        yield market
