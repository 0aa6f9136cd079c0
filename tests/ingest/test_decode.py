import pytest

from app.ingest.decode import decode
from app.ingest.statement import UnreadableFile


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Date,Payee\n1,Café", "utf-8"), ("Datum;Empfänger\n1;Müller über Straße", "cp1252"), ("Opis;Tytuł\n1;Zażółć gęślą jaźń", "cp1250"),
        ("交易创建时间,商品名称,金额\n2024-09-01,收入,0.12", "gb18030"), ("Дата операции;Описание\n1;Магазин продуктов", "cp1251"),
        ("Date,Payee,Amount\n1,Café – वेतन,2", "utf-16-le"), ("Date,Payee,Amount\n1,Café,2", "utf-16-be"), ("Date,Payee", "utf-8-sig"),
    ],
)  # fmt: skip
def test_text_comes_back_from_its_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


def test_a_guessed_code_page_is_said() -> None:
    assert "encoded" in decode("Empfänger".encode("cp1252")).warnings[0]


def test_nul_characters_are_removed_and_said() -> None:
    decoded = decode(b"a\0b,c\n1,2,3,4,5,6\n7,8,9,0\n")

    assert decoded.text.startswith("ab,c")
    assert "1 NUL" in decoded.warnings[0]


def test_the_users_encoding_is_obeyed_or_refused() -> None:
    assert decode(b"\xe4", "cp1252").text == "ä"
    with pytest.raises(UnreadableFile, match="utf-8"):
        decode(b"\xe4", "utf-8")


def test_no_byte_is_ever_dropped() -> None:
    every_byte = bytes(range(1, 256)) * 3

    assert len(decode(every_byte).text) == len(every_byte)
