import re
from pathlib import Path

import pytest

from pgrerank.storage import queries, sqlfile

ROOT = Path(__file__).parents[2]
CALLERS = [*(ROOT / "src" / "pgrerank").rglob("*.py"), *(ROOT / "scripts").glob("bench*")]
SOURCE = "".join(path.read_text() for path in CALLERS if path.is_file())
FILES = sorted(path.stem for path in (sqlfile.sql_dir() / "queries").glob("*.sql"))


def test_statements_are_found_by_name():
    text = "-- About the file.\n\n-- one --\n-- Says one.\nselect 1;\n\n-- two --\nselect 2;\n"

    assert queries.parse(text) == {"one": "-- Says one.\nselect 1;", "two": "select 2;"}


def test_name_given_twice_is_refused():
    with pytest.raises(ValueError, match="one name"):
        queries.parse("-- one --\nselect 1;\n-- one --\nselect 2;\n")


@pytest.mark.parametrize("name", FILES)
def test_every_statement_says_what_it_does_and_is_used(name):
    statements = queries.load(name)

    assert statements
    assert [key for key, text in statements.items() if not text.startswith("-- ")] == []
    assert [key for key in statements if f'"{key}"' not in SOURCE] == []


@pytest.mark.parametrize("name", FILES)
def test_block_holds_one_statement(name):
    for text in queries.load(name).values():
        code = re.sub(r"^--.*$", "", text, flags=re.MULTILINE)

        assert code.count(";") == 1
        assert code.rstrip().endswith(";")
