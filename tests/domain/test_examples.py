"""Every example in a docstring of the domain is run, so that none of them lies."""

import doctest
import importlib
import pkgutil

import pytest

import app.domain

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(app.domain.__path__, "app.domain.") if not module.ispkg
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_module_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
