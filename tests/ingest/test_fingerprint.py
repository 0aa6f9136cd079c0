from app.ingest.fingerprint import Occurrences, fingerprint, identity_text


def test_the_fingerprint_never_changes_within_its_version() -> None:
    assert fingerprint("2026-04-01,Tea,-10.00") == "1:0d6ee4b71aff240f6fb2c1354635a06c"
    assert fingerprint("2026-04-01,Tea,-10.00") != fingerprint("2026-04-01,Tea,-10.01")


def test_twins_are_counted() -> None:
    occurrences = Occurrences()

    assert [occurrences.nth("a"), occurrences.nth("b"), occurrences.nth("a")] == [1, 1, 2]


def test_a_running_number_is_no_part_of_the_identity() -> None:
    assert identity_text("1,Tea", ["1", "Tea"], 0) == identity_text("7,Tea", ["7", "Tea"], 0)
