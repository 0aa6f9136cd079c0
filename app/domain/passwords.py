"""Which passwords are good enough. Length counts and being hard to guess counts; rules about kinds of characters do not help."""

import unicodedata

from app.domain.texts import key

SHORTEST = 10
LONGEST = 200
FEWEST_DIFFERENT = 4

COMMONEST = frozenset(
    """
    1234567890 0123456789 0987654321 9876543210 1234567891 12345678910 123456789a 1234567899 1122334455 123123123123
    123456789123 1234554321 1029384756 123qwe123qwe 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc qwertyuiop qwerty1234 qwerty12345
    qwerty123456 qwertyuiop123 asdfghjkl1 asdfghjkl123 zaq12wsxcde3 q1w2e3r4t5 q1w2e3r4t5y6 abcdefghij abc1234567 abcd123456
    abcd1234567 password12 password123 password1234 password12345 password123456 passw0rd123 mypassword mypassword1 p@ssw0rd123
    p@ssword123 password@123 password!23 pass123456 pass@12345 iloveyou12 iloveyou123 iloveyousomuch welcome123 welcome1234
    welcome@123 changeme12 changeme123 letmein123 letmein1234 administrator admin12345 admin123456 admin@1234 adminadmin
    superman123 football123 cricket123 sunshine123 princess123 computer123 internet123 secret1234 test123456 testtest123
    india12345 india@1234 bharat1234 krishna123 jaishreeram saibaba123 omnamahshivaya sachin1234 fintrak123 fintrak1234
    correcthorsebatterystaple trustno1trustno1 thisisapassword
    """.split()  # noqa: SIM905 - a hundred quoted strings would be harder to read
)
"""The commonest ones of ten characters and more, from what is known of guessing; shorter ones are refused anyway."""


def normal(password: str) -> str:
    """The same characters, however a keyboard composes them (NFC)."""
    return unicodedata.normalize("NFC", password)


def password_fault(password: str, *, email: str = "", name: str = "") -> str | None:
    """What is wrong with a new password, in words for the person; None when it will do.

    >>> password_fault("a long enough phrase")
    >>> password_fault("password123")
    'This is one of the passwords that are tried first. Choose one that only you would think of.'
    """
    text = normal(password)
    if len(text) < SHORTEST:
        return f"Use at least {SHORTEST} characters. A few words in a row are easy to remember."
    if len(text) > LONGEST:
        return f"Use at most {LONGEST} characters."
    plain = key(text).replace(" ", "")
    own = {key(part).replace(" ", "") for part in (email, email.partition("@")[0], name)}
    if plain in own:
        return "Use something other than your name or e-mail address."
    if plain in COMMONEST or len(set(plain)) < FEWEST_DIFFERENT:
        return "This is one of the passwords that are tried first. Choose one that only you would think of."
    return None
