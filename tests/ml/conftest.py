import copy

import pytest

from app.ml.model import Model, train
from app.ml.rows import Row
from tests.ml.streams import household


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    return household()


@pytest.fixture(scope="session")
def trained(rows: list[Row]) -> Model:
    return train(rows)


@pytest.fixture
def model(trained: Model) -> Model:
    """A model of `rows` whose memory a test may let grow."""
    return copy.deepcopy(trained)
