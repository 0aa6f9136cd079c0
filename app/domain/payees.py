"""Who was paid, from the words a bank prints beside a payment: the name, without channel, references, bank codes and card numbers."""

import re

NAME_LENGTH = 120


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CHANNELS = _words("UPI NEFT IMPS RTGS ACH NACH ECS SI EMI INF INFT BIL BILLPAY MMT TPT IB IFT FT MOB NFS CMS TRF ONL")
"""How the money travelled: words that open a description made of parts."""

_NOISE = _CHANNELS | _words(
    "TRANSFER CR DR C D P2A P2M P2P TO BY FROM FOR NA NIL NULL NONE PAY PAYMENT PAYMENTS SENT RECEIVED COLLECT REQUEST REQ "
    "TXN REF REFNO UTR RRN VPA ID NO WITHDRAWAL DEPOSIT DEBIT CREDIT ONLINE MOBILE NET BANKING INB BANK OTHERS MERCHANT "
    "UTIB HDFC ICIC SBIN YESB KKBK PUNB BARB CNRB IDIB IDFB INDB FDRL UBIN AIRP PYTM RATL AUBL BKID IOBA MAHB CBIN "
    "AXIS ICICI SBI KOTAK PNB BOB IDFC"
)
"""Words that say nothing about who was paid, the codes of banks among them."""

_SEPARATORS = re.compile(r"[/|*\\:-]+")
_DIGITS = re.compile(r"[._-]?\d")
_REFERENCE = re.compile(r"(?=[A-Z]*\d)[A-Z0-9]{6,}|\d+|[X*]{2,}\d*", re.IGNORECASE)
_TRAVELLED = re.compile(
    rf"(?:(?:TO|BY)\s+)?(?:TRANSFER\W+)?(?:{'|'.join(sorted(_CHANNELS))})\b[^/|*:\\-]{{0,12}}[/|*:\\-]", re.IGNORECASE
)
_CARD = re.compile(
    r"^(?:(?:POS|PCD|ECOM|VISA|MASTERCARD|RUPAY|DEBIT CARD|CREDIT CARD|CARD|CONTACTLESS)\b[\s/:-]*)+"
    r"(?:(?:PURCHASE|PAYMENT|TXN|TRANSACTION|PUR|DEBIT)\b[\s/:-]*)*(?:AT\b\s*)?|^PURCHASE\s*(?:AT\b|-)\s*",
    re.IGNORECASE,
)
_CARD_NUMBER = re.compile(r"^(?:\d{4,6}[X*\d]{4,13}|[X*]{2,}\d{2,6})[\s/-]+", re.IGNORECASE)
_CASH = re.compile(r"(?:ATM|ATW|NWD|EAW)\b|CASH\s+(?:WDL|WITHDRAW|(?P<in>DEP))", re.IGNORECASE)
_TAIL = re.compile(r"(?:[\s,#/-]+(?:\d[\d/.:-]{3,}|[A-Z]*\d{6,}))+$", re.IGNORECASE)


def payee_of(description: str) -> str:
    """The name in a bank's description (one clean line); the whole of it where no pattern is known.

    >>> payee_of("UPI-SWIGGY-SWIGGY@AXISBANK-UTIB0000001-407012345678-PAYMENT")
    'SWIGGY'
    >>> payee_of("POS 412912XXXXXX1234 BIG BAZAAR MUMBAI")
    'BIG BAZAAR MUMBAI'
    """
    if cash := _CASH.match(description):
        return "Cash deposit" if cash["in"] else "Cash withdrawal"
    if _TRAVELLED.match(description) and (name := _named_part(description)):
        return name[:NAME_LENGTH]
    bare = _CARD.sub("", description)
    bare = _CARD_NUMBER.sub("", bare)
    bare = _TAIL.sub("", bare).strip(" -/,:*#")
    return (bare or description)[:NAME_LENGTH].rstrip()


def _named_part(text: str) -> str:
    """The first part that is a name; failing that, the readable half of a payment address."""
    address = ""
    for part in _SEPARATORS.split(text):
        if "@" in part:
            address = address or part.partition("@")[0].strip().rpartition(" ")[2]
            continue
        words = part.split()
        if all(word.upper() in _NOISE or _REFERENCE.fullmatch(word) for word in words):
            continue
        name = _TAIL.sub("", part).strip(" .,-")
        if sum(map(str.isalpha, name)) > 1:
            return name
    spoken = _DIGITS.split(address, maxsplit=1)[0].strip("._-")
    return spoken if len(spoken) > 2 else ""  # noqa: PLR2004 - shorter is no name
