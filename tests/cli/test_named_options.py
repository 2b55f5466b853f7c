"""A value that breaks a rule of the domain is reported under the option or argument that has it."""

import pytest

PLACE = ("-t", "acme", "-c", "docs")
NAME = "must be 1 to 64 characters of a-z"
LABEL = "must be 1 to 200 printable characters"


@pytest.mark.parametrize(
    ("command", "parameter", "problem"),
    [
        (("tenant", "add", "Acme"), "'NAME'", NAME),
        (("collection", "add", "a b", "-t", "acme"), "'NAME'", NAME),
        (("threshold", "set", "-", *PLACE, "--min-relevance", "0.5"), "'NAME'", NAME),
        (("reference", "set", "Ä", "--from-log", "-t", "acme"), "'NAME'", NAME),
        (("evaluate", ".", "--keep", "Eval"), "'--keep'", NAME),
        (("evaluate", *PLACE, "--save", "\a"), "'--save'", LABEL),
        (("replay", *PLACE, "--save", " "), "'--save'", LABEL),
        (("replay", *PLACE, "--threshold", "A"), "'--threshold'", NAME),
        (("search", "q", *PLACE, "--threshold", "A"), "'--threshold'", NAME),
        (("judge", *PLACE, "--by", " "), "'--by'", "must not be blank"),
        (("judgment", "import", __file__, *PLACE, "--source", ""), "'--source'", "not be blank"),
        (("judgment", "import", __file__, *PLACE, "--by", "x" * 201), "'--by'", "at most 200"),
    ],
)  # fmt: skip
def test_rule_of_one_value_is_checked_when_it_is_parsed(modelled, command, parameter, problem):
    result = modelled(*command)

    assert result.exit_code == 2
    assert f"Invalid value for {parameter}: " in unwrapped(result.stderr)
    assert problem in unwrapped(result.stderr)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("search", "q", "--min-score", "nan"), "--min-score: "),
        (("search", "q", "--min-relevance", "2"), "--min-relevance: must be from 0 to 1"),
        (("search", "q", "--threshold", "a", "--rerank", "never"), "--threshold: needs reranking"),
        (("search", "q", "--filter", '{"a": {"$is": 1}}'), "--filter a.$is: is not an operator"),
        (("search", "q", "--sparse", '{"a": -1}'), "--sparse: weighs `a` -1"),
        (("search", "q" * 200_000), "QUERY: must have at most"),
        (("threshold", "set", "a", "--min-relevance", "2"), "--min-relevance: must be from 0 to 1"),
        (("threshold", "set", "a", "--precision", "2"), "--precision: must lie between"),
        (("threshold", "set", "a", "--precision", ".9", "--confidence", "0"), "--confidence: must"),
        (("collection", "set", "docs", "--dense-weight", "1e-30"), "--dense-weight: must be 0 or"),
        (("collection", "set", "docs", "--reranker", "nine"), "--reranker: there is no reranker"),
        (("term", "add", "a=7"), "TERMS: `a` weighs 7.0; must be above 0"),
        (("key", "add", "k", "--expires", "0h"), "--expires: must be in the future"),
        (("key", "add", " "), "NAME: must not be blank"),
    ],
)  # fmt: skip
def test_refusals_of_use_cases_name_the_option(cli, tenant, command, said):
    takes_collection = command[0] not in {"collection", "key"}
    place = ("-t", tenant, *(("-c", "docs") if takes_collection else ()))

    result = cli(*command, *place)

    assert result.exit_code == 2
    assert result.stderr.startswith(f"pgrerank: {said}"), result.stderr


def unwrapped(message: str) -> str:
    """The message without the frame and line breaks of rich-click."""
    return " ".join(message.replace("│", " ").split())
