"""Addresses of pages. A page holds hundreds of them, so they are put together from known parts, not searched in the map of routes."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from flask import Flask, g, has_request_context, request

from app.web.access import is_framed
from app.web.numbers import LARGEST

QUERY_SAFE = "!$'()*,/:;?@"
"""What stands unescaped in a query, as Werkzeug writes it."""
_ID = re.compile(r"<int:(\w+)>")


@dataclass(frozen=True, slots=True)
class Shape:
    """An address with holes for ids: /transactions/{transaction_id}."""

    path: str
    ids: frozenset[str]
    is_framed: bool  # it names the book

    def filled(self, values: dict[str, Any]) -> str | None:
        """The path and its query; None for anything but plain texts and ids, which Flask knows how to handle."""
        if not self.ids <= values.keys():
            return None
        query = []
        for name, value in values.items():
            if type(value) is int:
                if name not in self.ids:
                    query.append(f"{name}={value}")
                elif not 0 <= value <= LARGEST:
                    return None
            elif value is None and name not in self.ids:
                continue  # Flask hands on its own options even when they are not used
            elif isinstance(value, str) and name not in self.ids and not name.startswith("_"):
                query.append(f"{name}={quote_plus(value, QUERY_SAFE)}")
            else:
                return None
        path = self.path.format_map(values) if self.ids else self.path
        return f"{path}?{'&'.join(query)}" if query else path


class Site(Flask):
    """Flask, whose `url_for` answers the usual questions from shapes. It gives the same addresses as Flask's own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._shapes: dict[str, Shape | None] = {}

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """The address of a page on this site, for the current request."""
        if has_request_context() and (address := self._quickly(endpoint, values)) is not None:
            return address
        return super().url_for(endpoint, **values)

    def _quickly(self, endpoint: str, values: dict[str, Any]) -> str | None:
        if endpoint.startswith("."):
            endpoint = f"{request.blueprint}{endpoint}"
        try:
            shape = self._shapes[endpoint]
        except KeyError:
            shape = self._shapes[endpoint] = self._shape(endpoint)
        if shape is None:
            return None
        if shape.is_framed and "book" not in values:
            book = g.get("book")
            values = values if book is None else {**values, "book": book.id}
        address = shape.filled(values)
        return None if address is None else request.script_root + address

    def _shape(self, endpoint: str) -> Shape | None:
        """The shape of an endpoint that has one address, in which only ids vary."""
        if endpoint not in self.view_functions:
            return None
        rules = list(self.url_map.iter_rules(endpoint))
        if len(rules) != 1 or rules[0].defaults or rules[0].host or rules[0].subdomain:
            return None
        path, holes = _ID.subn(r"{\1}", rules[0].rule)
        if holes != len(rules[0].arguments) or not path.isascii():
            return None
        return Shape(path, frozenset(rules[0].arguments), is_framed(endpoint))
