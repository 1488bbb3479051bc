"""`--content` as a template for a file."""

import pytest

import laaffic_campaigns
from cli.conftest import Laaffic, Write
from laaffic import InvalidMessageError
from laaffic_cli.reading.template import Template
from support.server import Server

PEOPLE = "number,name,code\n99900000001,Asha,4711\n99900000002,小明,2964\n"


def test_fields_are_filled_from_the_columns(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    laaffic("send", write("a.csv", PEOPLE), "--content", "Hi {name}, {{{code}}}, {number}")
    texts = [message["content"] for message in gateway.posts[0].json()["array"]]
    assert texts == ["Hi Asha, {4711}, 99900000001", "Hi 小明, {2964}, 99900000002"]


@pytest.mark.parametrize(("column", "field"), [(" Name ", "name"), ("name", "NAME"), ("STRASSE", "straße")])
def test_case_and_spaces_of_a_templates_column_do_not_matter(
    laaffic: Laaffic, gateway: Server, write: Write, column: str, field: str
) -> None:
    laaffic("send", write("a.csv", f"Number,{column}\n99900000001,Asha\n"), "--content", f"Hi {{{field}}}")
    assert gateway.posts[0].json()["array"][0]["content"] == "Hi Asha"


@pytest.mark.parametrize("value", ["", " "])
def test_a_default_stands_where_a_cell_is_empty(laaffic: Laaffic, gateway: Server, write: Write, value: str) -> None:
    file = write("a.csv", f"number,name\n99900000001,{value}\n99900000002,Asha\n")
    laaffic("send", file, "--content", "Hi {name|dear customer}, 100 %")
    texts = [message["content"] for message in gateway.posts[0].json()["array"]]
    assert texts == ["Hi dear customer, 100 %", "Hi Asha, 100 %"]


def test_a_default_stands_where_a_row_has_no_such_key(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    lines = '{"number":"99900000001"}\n{"number":"99900000002","Name":"Asha"}\n{"number":"99900000003","name":null}\n'
    laaffic("send", write("a.jsonl", lines), "--content", "Hi {name|}!")
    assert [m["content"] for m in gateway.posts[0].json()["array"]] == ["Hi !", "Hi Asha!", "Hi !"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "number,name\n99900000001,x\n", 'no column "nmae", which --content uses'),
        ("a.jsonl", '{"number":"99900000001","name":"x"}', 'no row has a key "nmae", which --content uses'),
    ],
)
def test_a_default_does_not_hide_a_misspelled_column(
    laaffic: Laaffic, gateway: Server, write: Write, *, name: str, content: str, said: str
) -> None:
    result = laaffic("send", write(name, content), "--content", "Hi {nmae|customer}")
    assert result.exit_code == 2
    assert said in result.stderr
    assert not gateway.posts


@pytest.mark.parametrize("text", ["{{{ Name }}} 100 %s", "}}{name|a|b}{{", "{NAME|}{nothing|{{}", "", "{name"])
def test_the_syntax_is_that_of_the_campaigns_package(text: str) -> None:
    values = {"name": "%Asha{"}
    try:
        expected: str | None = laaffic_campaigns.Template(text).render(values)
    except InvalidMessageError:
        expected = None
    try:
        template = Template(text)
        found = [template.fill(values)]
    except ValueError:
        found = []
    assert found == ([] if expected is None else [expected])


def test_a_value_with_braces_is_not_filled_again(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    laaffic("send", write("a.csv", "number,name\n99900000001,{number}\n"), "--content", "Hi {name}")
    assert gateway.posts[0].json()["array"][0]["content"] == "Hi {number}"


def test_the_template_takes_the_place_of_the_content_column(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    laaffic("send", write("a.csv", "number,content\n99900000001,Hi\n"), "--content", "{content}, you")
    assert gateway.posts[0].json()["array"][0]["content"] == "Hi, you"


def test_json_lines_fill_texts_and_numbers_as_they_are_spelled(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    line = '{"number": 99900000001, "name": "Asha", "price": 9.50, "code": 12345678901234567890}'
    laaffic("send", write("a.jsonl", line), "--content", "{name} {price} {code}")
    (message,) = gateway.posts[0].json()["array"]
    assert (message["numbers"], message["content"]) == ("99900000001", "Asha 9.50 12345678901234567890")


@pytest.mark.parametrize("template", ["{nam}", "{name.upper}", "{name!r}", "{name:>9}", "{name[0]}", "{0}"])
def test_an_unknown_column_is_refused_and_there_are_no_tricks(
    laaffic: Laaffic, gateway: Server, write: Write, template: str
) -> None:
    result = laaffic("send", write("a.csv", PEOPLE), "--content", template)
    assert result.exit_code == 2
    assert f'a.csv:1: the header has no column "{template[1:-1]}", which --content uses' in result.stderr
    assert not gateway.posts


@pytest.mark.parametrize(
    ("template", "place"), [("Hi {name", 4), ("Hi name}", 8), ("{}", 1), ("{ }", 1), ("{{{name}}", 9), ("{a{name}}", 1)]
)
def test_a_brace_alone_is_refused(laaffic: Laaffic, write: Write, template: str, place: int) -> None:
    result = laaffic("send", write("a.csv", PEOPLE), "--content", template)
    assert result.exit_code == 2
    assert f"--content: the brace at character {place} belongs to no {{column}}" in result.stderr


def test_an_empty_value_is_refused_with_line_and_column(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    result = laaffic("send", write("a.csv", f"{PEOPLE}99900000003, ,1\n"), "--content", "Hi {name}")
    assert result.exit_code == 2
    assert "a.csv:4: name: it is empty, and --content uses it" in result.stderr
    assert not gateway.posts


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("null", "there is none"),
        ('""', "it is empty"),
        ("[1]", "--content uses it, and only a text or a number can"),
        ("true", "--content uses it, and only a text or a number can"),
    ],
)
def test_json_lines_refuse_what_does_not_fit_into_a_text(laaffic: Laaffic, write: Write, value: str, said: str) -> None:
    result = laaffic("send", write("a.jsonl", f'{{"number":"99900000001","name":{value}}}'), "--content", "Hi {name}")
    assert result.exit_code == 2
    assert f"a.jsonl:1: name: {said}" in result.stderr


def test_a_text_that_becomes_too_long_names_the_template(laaffic: Laaffic, write: Write) -> None:
    result = laaffic("send", write("a.csv", f"number,name\n99900000001,{'x' * 1020}\n"), "--content", "Hello {name}")
    assert "a.csv:2: --content: the text has 1026 characters" in result.stderr


def test_the_providers_body_takes_no_template(laaffic: Laaffic, write: Write) -> None:
    result = laaffic("send", write("a.json", "{}"), "--content", "Hi")
    assert result.exit_code == 2
    assert "has its own texts" in result.stderr


def test_a_template_without_fields_is_the_text_of_every_row(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    laaffic("send", write("a.csv", "number\n99900000001\n99900000002\n"), "--content", "100 % off {{today}}")
    texts = [message["content"] for message in gateway.posts[0].json()["array"]]
    assert texts == ["100 % off {today}"] * 2
