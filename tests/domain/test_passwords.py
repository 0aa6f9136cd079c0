import pytest

from app.domain.passwords import COMMONEST, LONGEST, SHORTEST, password_fault


@pytest.mark.parametrize("password", ["four plain words here", "घर का खर्चा लिखो", "x" * 6 + "yz!1", "Tr0ub4dor&3x"])
def test_a_long_enough_password_needs_no_special_characters(password: str) -> None:
    assert password_fault(password, email="asha@example.com", name="Asha Rao") is None


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short pw",
        "x" * (LONGEST + 1),
        "password123",
        "Password 1234",
        "aaaaaaaaaaaa",
        "asha.rao.k@example.com",
        "ASHA.RAO.K",
        "Asha Rao Kulkarni",
        "asharaokulkarni",
    ],
)
def test_a_password_that_is_guessed_first_is_refused_with_a_reason(password: str) -> None:
    fault = password_fault(password, email="asha.rao.k@example.com", name="Asha Rao Kulkarni")

    assert fault
    assert fault.endswith(".")


def test_the_list_of_common_passwords_holds_only_what_the_length_lets_through() -> None:
    assert all(len(password) >= SHORTEST and password == password.casefold() for password in COMMONEST)
