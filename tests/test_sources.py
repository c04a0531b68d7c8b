

def test_what_cannot_be_read_adds_nothing_to_the_rows_expected_and_is_left_to_its_reader(tmp_path: Path) -> None:
    broken, whole = tmp_path / "broken.parquet", tmp_path / "two.txt"
    broken.write_bytes(b"PAR1")
    whole.write_text("One.\nTwo.\n")
    assert sources.expected_rows([tmp_path / "nowhere.csv", broken, whole]) == 2
