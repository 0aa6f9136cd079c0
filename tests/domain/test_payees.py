import pytest

from app.domain.payees import NAME_LENGTH, payee_of


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("UPI-SWIGGY-SWIGGY@AXISBANK-UTIB0000001-407012345678-PAYMENT", "SWIGGY"),
        ("TO TRANSFER-UPI/DR/407012345678/RAJU STO/HDFC/raju@ybl/Payment--", "RAJU STO"),
        ("UPI/P2M/407012345678/SWIGGY/Payment/AXIS BANK", "SWIGGY"),
        ("UPI/swiggy.food12@axis/Payment/AXIS BANK/4070", "swiggy.food"),
        ("NEFT CR-HDFC0000001-ACME LTD-ASHA RAO-N123456789", "ACME LTD"),
        ("BY TRANSFER-NEFT*HDFC0000001*N12345*INFOSYS LTD--", "INFOSYS LTD"),
        ("IMPS-412345678901-RAJU KUMAR-HDFC-XXXX1234-rent", "RAJU KUMAR"),
        ("ACH D- HDFC LTD-123456789", "HDFC LTD"),
        ("BIL/ONL/000123456/BESCOM/12345", "BESCOM"),
        ("POS 412912XXXXXX1234 BIG BAZAAR MUMBAI", "BIG BAZAAR MUMBAI"),
        ("CARD PURCHASE AMAZON.IN 123456", "AMAZON.IN"),
        ("TESCO STORES 3291", "TESCO STORES"),
        ("ATM WDL-1234 MUMBAI", "Cash withdrawal"),
        ("CASH DEPOSIT AT BRANCH", "Cash deposit"),
    ],
)
def test_a_bank_text_is_cut_down_to_the_name_in_it(description: str, name: str) -> None:
    assert payee_of(description) == name


@pytest.mark.parametrize(
    "description", ["Tea", "SALARY OCT", "CASH & CARRY STORE", "UPI/987654321098/@ybl", "Transfer to Asha"]
)
def test_a_text_without_a_known_pattern_stays(description: str) -> None:
    assert payee_of(description) == description


def test_a_name_is_never_longer_than_its_place() -> None:
    assert len(payee_of("X" * 500)) == NAME_LENGTH
    assert len(payee_of("UPI-" + "Y" * 400 + "-1234567890")) <= NAME_LENGTH


def test_nothing_stays_nothing() -> None:
    assert payee_of("") == ""
