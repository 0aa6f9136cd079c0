"""How often one may try. Counted for the network a request comes from, and for the address that is tried."""

import hashlib
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import cast

from flask import Response, request
from flask_login import current_user

from app.extensions import limiter
from app.web.access import View

SIGN_INS_OF_A_NETWORK = "20 per 5 minutes; 100 per hour"
FAILED_SIGN_INS_OF_AN_ADDRESS = "8 per 15 minutes; 30 per day"
REGISTRATIONS_OF_A_NETWORK = "10 per hour"
MAILS_OF_A_NETWORK = "10 per hour"
MAILS_TO_AN_ADDRESS = "3 per hour"
LINKS_OF_A_NETWORK = "20 per hour"
DEMOS_OF_A_NETWORK = "10 per hour"
PASSWORDS_OF_A_PERSON = "10 per 15 minutes"
DOWNLOADS_OF_A_PERSON = "30 per hour"
RECEIPTS_OF_A_PERSON = "30 per minute; 300 per hour"
PRICES_OF_A_PERSON = "12 per hour"  # each asks others for everything a book holds
MEMBERS_OF_A_PERSON = "30 per hour"  # the answer says whether an address has an account here
HOME_PREFIX = 64  # a home or a phone gets this much of IPv6: its addresses are one network to us

REFUSED = 422
ACCEPTED = 303


def network() -> str:
    """Where the request comes from: an IPv4 address, or the network of an IPv6 one."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    return str(ip_network((address, HOME_PREFIX), strict=False)) if isinstance(address, IPv6Address) else str(address)


def tried_address() -> str:
    """The e-mail address in the form, hashed: where attempts are counted, nobody needs to read it."""
    email = request.form.get("email", "").strip().lower()
    return hashlib.sha256(email.encode()).hexdigest()[:32]


def person() -> str:
    """Who is signed in."""
    return str(current_user.id)


def per_network(amount: str) -> Callable[[View], View]:
    """Limit how often a network may send a form."""
    return cast("Callable[[View], View]", limiter.limit(amount, key_func=network, methods=["POST"]))


def per_person(amount: str) -> Callable[[View], View]:
    """Limit how often somebody who is signed in may do something."""
    return cast("Callable[[View], View]", limiter.limit(amount, key_func=person))


def per_address(amount: str, *, counting: int) -> Callable[[View], View]:
    """Limit how often an e-mail address may be tried, counting answers of one status: who knows the password uses nothing up."""

    def counts(response: Response) -> bool:
        return response.status_code == counting

    return cast(
        "Callable[[View], View]", limiter.limit(amount, key_func=tried_address, methods=["POST"], deduct_when=counts)
    )
