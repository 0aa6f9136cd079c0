"""Whole files through the port. Each file is written here, in the shape of a real layout."""

from datetime import date

import pytest

from app.ingest.delimited import MAX_ROWS
from app.ingest.read import MAX_BYTES, read_statement
from app.ingest.statement import Role, Statement, UnreadableFile

HEAD = "Date,Description,Amount\n"


def read(text: str, **answers: str) -> Statement:
    return read_statement(text.encode(), answers=answers)


def amounts(statement: Statement) -> list[int]:
    return [row.amount_minor for row in statement.rows]


def asked(statement: Statement) -> list[str]:
    return [question.key for question in statement.questions]


def roles(statement: Statement) -> dict[Role, str]:
    return {column.role: column.heading for column in statement.columns}


def test_a_plain_statement_is_read_without_a_question() -> None:
    statement = read(HEAD + "2026-04-01,Tea,-10.50\n2026-04-02,Salary,1000\n")

    assert [(row.line, row.occurred_on, row.amount_minor, row.description) for row in statement.rows] == [
        (2, date(2026, 4, 1), -1050, "Tea"),
        (3, date(2026, 4, 2), 100000, "Salary"),
    ]
    assert (statement.header_line, statement.delimiter, statement.decimal_mark, asked(statement)) == (1, ",", ".", [])
    assert roles(statement)[Role.AMOUNT] == "Amount"


def test_preamble_footer_totals_and_notices_are_listed_with_their_lines() -> None:
    statement = read(
        "Bank of Tests\nPeriod,01/04/2026 to 30/04/2026\n\nTxn Date,Particulars,Withdrawals,Deposits,Balance\n"
        "02/04/2026,Tea,10.00,,990.00\nTxn Date,Particulars,Withdrawals,Deposits,Balance\n03/04/2026,Opening balance,,,990.00\n"
        "05/04/2026,Pay,,20.00,1010.00\nTotal,,10.00,20.00,\nCall us\n"
    )

    assert amounts(statement) == [-1000, 2000]
    assert [(skip.line, skip.reason) for skip in statement.skipped if skip.line > 3] == [
        (6, "repeats the headings"),
        (7, "no amount"),
        (9, "no date"),
        (10, "no transaction: neither date nor amount"),
    ]
    assert statement.date_order == "dmy"


def test_ambiguous_dates_are_asked_and_the_answer_settles_them() -> None:
    text = HEAD + "01/04/2026,A,-1.00\n02/04/2026,B,-1.00\n"

    open_, settled, hinted = (
        read(text),
        read(text, date_order="mdy"),
        read_statement(text.encode(), date_order_hint="dmy"),
    )

    assert asked(open_) == ["date_order"]
    assert (asked(settled), settled.rows[0].occurred_on) == ([], date(2026, 1, 4))
    assert (asked(hinted), hinted.rows[0].occurred_on) == ([], date(2026, 4, 1))
    assert any("your own settings" in warning for warning in hinted.warnings)


def test_one_order_holds_for_every_row_and_an_impossible_day_is_listed() -> None:
    statement = read(HEAD + "02/04/2026,A,-1.00\n25/04/2026,B,-1.00\n31/04/2026,C,-1.00\n")

    assert [row.occurred_on.day for row in statement.rows] == [2, 25]
    assert any("31/04/2026" in skip.reason for skip in statement.skipped)
    assert any("could not be read" in warning for warning in statement.warnings)


def test_amounts_without_any_sign_are_asked_about() -> None:
    text = HEAD + "2026-04-01,A,10.00\n2026-04-02,B,20.00\n"

    assert asked(read(text)) == ["sign"]
    assert amounts(read(text, sign="all_in")) == [1000, 2000]


def test_exchanged_headings_are_found_by_the_balance_corrected_and_said() -> None:
    statement = read(
        "Date,Text,Debit,Credit,Balance\n2026-04-01,A,,10.00,90.00\n2026-04-02,B,50.00,,140.00\n2026-04-03,C,,40.00,100.00\n"
    )

    assert amounts(statement) == [-1000, 5000, -4000]
    assert any("exchanged" in warning for warning in statement.warnings)
    assert amounts(read("Date,Text,Debit,Credit\n2026-04-01,A,,10.00\n2026-04-02,B,50.00,\n")) == [1000, -5000]


def test_a_cards_purchases_with_a_plus_are_money_out() -> None:
    statement = read(
        HEAD + "2026-04-01,Shop,10.00\n2026-04-02,PAYMENT RECEIVED - THANK YOU,-30.00\n2026-04-03,Fuel,20.00\n"
    )

    assert amounts(statement) == [-1000, 3000, -2000]
    assert any("card" in warning for warning in statement.warnings)


def test_the_balance_of_a_card_is_asked_about_not_flipped() -> None:
    text = "Credit Card,1234\nDate,Text,Debit,Credit,Balance\n2026-04-01,A,10.00,,110.00\n2026-04-02,B,,50.00,60.00\n2026-04-03,C,40.00,,100.00\n"

    assert asked(read(text)) == ["sign"]
    assert amounts(read(text)) == amounts(read(text, sign="as_written")) == [-1000, 5000, -4000]


def test_a_direction_column_signs_the_amounts_in_any_language() -> None:
    assert amounts(read("Datum;Naam;Af Bij;Bedrag\n20260401;A;Af;1,25\n20260402;B;Bij;1.000,00\n")) == [-125, 100000]
    assert amounts(
        read(
            "Date,Text,Amount,Dr / Cr,Balance,Dr / Cr\n25/04/2026,A,40.00,DR,10.00,DR\n24/04/2026,B,30.00,CR,30.00,CR\n"
        )
    ) == [-4000, 3000]


def test_signed_amounts_are_not_turned_by_the_word_beside_them() -> None:
    assert amounts(
        read(
            "Details,Date,Text,Amount\nDEBIT,2026-04-01,A,-5.00\nCREDIT,2026-04-02,B,6.00\nCREDIT,2026-04-03,C,-7.00\n"
        )
    ) == [-500, 600, -700]


def test_a_word_nobody_knows_is_asked_about() -> None:
    text = "Date,Text,Type,Amount\n2026-04-01,A,Debit,5.00\n2026-04-02,B,Credit,6.00\n2026-04-03,C,Zwirn,7.00\n"

    assert asked(read(text)) == ["direction.Zwirn"]
    assert amounts(read(text, **{"direction.Zwirn": "in"})) == [-500, 600, 700]


def test_a_file_without_headings_is_read_by_its_cells() -> None:
    statement = read(
        "11/01/2026,0,Deposit,0,500.00,500.00\n11/02/2026,101,Check,100.00,0,400.00\n11/17/2026,0,Deposit,0,700.00,1100.00\n"
    )

    assert statement.header_line is None
    assert amounts(statement) == [50000, -10000, 70000]
    assert statement.proof is not None


def test_pending_rows_stand_apart_and_failed_ones_are_left_out() -> None:
    statement = read(
        "Date,Text,Amount,State\n2026-04-01,A,-1.00,COMPLETED\n2026-04-02,B,-2.00,PENDING\n2026-04-03,C,-3.00,DECLINED\n"
    )

    assert [row.is_pending for row in statement.rows] == [False, True]
    assert "no money moved" in statement.skipped[0].reason


def test_continuation_lines_join_the_row_above() -> None:
    statement = read("Date,Text,Debit,Credit\n14/04/2026,CARD,6.66,\n,UBER EATS,,\n15/04/2026,CARD,6.66,\n")

    assert [row.description for row in statement.rows] == ["CARD UBER EATS", "CARD"]
    assert statement.rows[0].raw == "14/04/2026,CARD,6.66,\n,UBER EATS,,"


def test_a_row_torn_by_a_comma_in_its_text_is_mended_and_one_torn_in_its_amount_is_not_guessed() -> None:
    statement = read(
        "Date,Text,Amount,Balance\n14/04/2026,Tea, green,-10.00,90.00\n15/04/2026,Pay,1,234.56,1324.56\n16/04/2026,X,-1.00,1323.56\n"
    )

    assert [(row.line, row.amount_minor) for row in statement.rows] == [(2, -1000), (4, -100)]
    assert any("more cells" in skip.reason for skip in statement.skipped)


def test_a_fee_beside_a_gross_amount_is_subtracted_and_a_net_amount_left_alone() -> None:
    assert amounts(read("Date,Text,Amount,Fee\n2026-04-01,A,-10.00,0.50\n2026-04-02,B,5.00,0.00\n")) == [-1050, 500]
    assert amounts(
        read("Date,Text,Gross,Fee,Net\n2026-04-01,A,-10.00,-0.50,-10.50\n2026-04-02,B,5.00,0.00,5.00\n")
    ) == [-1050, 500]


def test_twins_stay_two_and_keep_their_identity_in_another_export() -> None:
    april = read(HEAD + "2026-04-30,Bus,-35.00\n2026-04-30,Bus,-35.00\n")
    may = read(HEAD + "2026-04-30,Bus,-35.00\n2026-04-30,Bus,-35.00\n2026-04-30,Bus,-35.00\n")

    def keys(statement: Statement) -> list[tuple[str, int]]:
        return [(row.fingerprint, row.nth) for row in statement.rows]

    assert keys(may)[:2] == keys(april)
    assert len(set(keys(may))) == 3


def test_a_bank_id_counts_only_where_it_is_unique() -> None:
    text = "Date,Text,Amount,Transaction ID\n2026-04-01,A,-1.00,{}\n2026-04-02,B,-2.00,y\n"

    assert [row.bank_id for row in read(text.format("x")).rows] == ["x", "y"]
    assert [row.bank_id for row in read(text.format("y")).rows] == [None, None]


def test_several_accounts_are_asked_about_and_can_be_chosen() -> None:
    text = "Account,Date,Payee,Amount\nBank,2026-04-01,A,-1.00\nCard,2026-04-02,B,-2.00\n"

    assert asked(read(text)) == ["account"]
    assert amounts(read(text, account="Card")) == [-200]


def test_a_transfer_of_another_app_has_a_leg_on_both_accounts() -> None:
    statement = read(
        "type,amount,date,source_name,destination_name\nWithdrawal,-5.00,2026-04-01,Bank,Shop\nDeposit,9.00,2026-04-02,Firm,Bank\nTransfer,2.00,2026-04-03,Bank,Savings\n"
    )

    assert [(row.account, row.amount_minor) for row in statement.rows] == [
        ("Bank", -500),
        ("Bank", 900),
        ("Bank", -200),
        ("Savings", 200),
    ]
    assert len({row.fingerprint for row in statement.rows}) == 4


def test_a_transfer_between_currencies_keeps_both_amounts() -> None:
    statement = read(
        "Time,Type,Account,Account Currency,Amount,Account2,Account2 Currency,Account2 Amount\n"
        "2026-04-01 10:00:00,Expense,Bank,INR,5.00,,,\n2026-04-02 10:00:00,Transfer,Bank,INR,9000.00,Card,JPY,15000\n"
    )

    assert [(row.account, row.amount_minor, row.currency) for row in statement.rows][1:] == [
        ("Bank", -900000, None),
        ("Card", 15000, "JPY"),
    ]


def test_split_lines_of_a_journal_count_on_own_accounts_only() -> None:
    statement = read(
        'Date,Transaction ID,Description,Full Account Name,Amount Num\n2026-04-01,a1,Burger,Expenses:Dining,"10,00"\n,,,Assets:Wallet,"-10,00"\n'
    )

    assert [(row.occurred_on, row.amount_minor, row.account) for row in statement.rows] == [
        (date(2026, 4, 1), -1000, "Assets:Wallet")
    ]


def test_columns_can_be_overruled() -> None:
    text = "Date,Text,Amount,Local amount\n2026-04-01,A,-1.00,-9.00\n2026-04-02,B,-2.00,5.00\n"

    assert amounts(read(text)) == [-100, -200]
    assert amounts(read(text, **{"columns.amount": "Local amount"})) == [-900, 500]
    assert amounts(read(text, **{"columns.amount": "3"})) == [-900, 500]


def test_headings_nobody_knows_lead_to_a_reading_by_content() -> None:
    statement = read("Wann;Wofür;Wieviel\n13.04.2026;Tee;-1,50\n14.04.2026;Lohn;1.000,00\n")

    assert amounts(statement) == [-150, 100000]
    assert statement.header_line == 1


def test_the_currency_of_the_file_sets_the_decimals() -> None:
    statement = read(
        "Date,Text,Amount,Currency\n2026-04-01,A,-1.250,KWD\n2026-04-02,B,-1500,JPY\n2026-04-03,C,-0.005,KWD\n"
    )

    assert [(row.amount_minor, row.currency or statement.currency) for row in statement.rows] == [
        (-1250, "KWD"),
        (-1500, "JPY"),
        (-5, "KWD"),
    ]
    assert any("several currencies" in warning for warning in statement.warnings)


def test_headings_alone_are_no_transactions() -> None:
    statement = read(HEAD)

    assert (list(statement.rows), statement.warnings) == ([], ["No transactions were found below the headings."])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"), (b"\0\0 \n", "empty"), (b"hello\nworld\n", "No transactions"), (b"OFXHEADER:100\n<OFX>", "OFX"), (b"!Type:Bank\nD1/1/26\n", "QIF"),
        (b"%PDF-1.7 x", "PDF"), (b"PK\x03\x04xx", "XLSX"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS"), (b'<?xml version="1.0"?><a/>', "XML"),
        (b":20:X\n:25:1\n:61:2604010401D1,\n", "MT940"), (b'[{"a": 1}]', "JSON"), (b"\x1f\x8b\x08", "gzip"),
        (b"2026-04-01 * Shop\n  Expenses:Food  5 EUR\n  Assets:Cash\n", "journal"), (b"\x89PNG\r\n", "picture"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_its_name(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_statement(data)

    assert words in refusal.value.user_message


def test_the_limits_are_said_in_words() -> None:
    with pytest.raises(UnreadableFile, match="MB"):
        read_statement(b"a" * (MAX_BYTES + 1))
    with pytest.raises(UnreadableFile, match="lines"):
        read_statement(b"a,b\n" * (MAX_ROWS + 1))


def test_unsigned_amounts_follow_the_balance_and_only_the_oldest_row_is_asked_about() -> None:
    text = "Date,Text,Amount,Balance\n2026-04-01,A,10.00,100.00\n2026-04-02,B,20.00,80.00\n2026-04-03,C,5.00,85.00\n"

    assert asked(read(text)) == ["first_sign"]
    assert amounts(read(text, first_sign="in")) == [1000, -2000, 500]


def test_mostly_money_in_is_asked_about_unless_the_balance_proves_it() -> None:
    rows = [
        ("2026-04-01,A", "10.00", "110.00"),
        ("2026-04-02,B", "20.00", "130.00"),
        ("2026-04-03,C", "30.00", "160.00"),
    ]
    plain = HEAD + "".join(f"{start},{amount}\n" for start, amount, _ in rows) + "2026-04-04,D,-5.00\n"
    proved = (
        "Date,Text,Amount,Balance\n" + "".join(f"{','.join(row)}\n" for row in rows) + "2026-04-04,D,-5.00,155.00\n"
    )

    assert asked(read(plain)) == ["sign"]
    assert asked(read(proved)) == []
    assert amounts(read(plain)) == amounts(read(proved)) == [1000, 2000, 3000, -500]
