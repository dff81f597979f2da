"""`kpis connect` settles what files prove, asks for the rest, and never says won in silence."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from builds import PROJECT
from sales_kpis import cli
from sales_kpis.connecting.exports import read_folder
from sales_kpis.connecting.plan import Question
from sales_kpis.connecting.written_values import NO, NO_VALUE, YES, day_form, number_form
from sales_kpis.errors import WrongUse
from sales_kpis.settings import load_settings
from sales_kpis.terminal import chosen_of

DEALS = (
    "Deal ID,Stage,Amount,Currency,Created,Close Date,Owner\n"
    "1,Signed,100,USD,2025-01-01,2025-02-01,Ann Example\n"
    "2,Talking,200,USD,2025-01-02,2025-09-01,Bob Example\n"
    "3,Signed,300,USD,2025-01-03,,Ann Example\n"
)


def kpis(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "200"})


def connect(tmp_path: Path, files: dict[str, str], *options: str) -> tuple[Result, Path]:
    """The command on a folder of such files; its settings."""
    exports = tmp_path / "exports"
    exports.mkdir(exist_ok=True)
    for name, text in files.items():
        (exports / name).write_text(text, encoding="utf-8")
    output = tmp_path / "connected" / "settings.yml"
    return kpis("connect", str(exports), "--output", str(output), *options), output


def read_settings(file: Path) -> Any:
    content = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    return load_settings(
        defaults=content["vars"],
        project_folder=PROJECT,
        known_systems=["tabular"],
        settings_file=file,
    ).values


def mapping_of(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))["source_mapping"]["tabular"]


def test_without_a_person_the_stages_that_are_won_are_lines_to_fill_in(tmp_path: Path) -> None:
    result, file = connect(tmp_path, {"deals.csv": DEALS})
    assert result.exit_code == 1
    assert "open  deal.stage: won" in result.stdout
    assert "of which nobody has said yet which are won" in result.stdout
    assert {row["is_won"] for row in mapping_of(file)["deal_stage"]["rows"]} == {"?"}
    assert "FILL IN" in file.read_text(encoding="utf-8")
    with pytest.raises(WrongUse) as stopped:
        read_settings(file)
    assert stopped.value.args[0] == (
        f"{file} waits for 4 answers: source_mapping.tabular.deal_stage.rows.Signed.is_closed,"
        " source_mapping.tabular.deal_stage.rows.Signed.is_won,"
        " source_mapping.tabular.deal_stage.rows.Talking.is_closed,"
        " source_mapping.tabular.deal_stage.rows.Talking.is_won."
    )


def test_with_yes_every_guess_is_listed_and_the_rest_is_said(tmp_path: Path) -> None:
    result, file = connect(tmp_path, {"deals.csv": DEALS}, "--yes")
    assert result.exit_code == 0
    assert "guessed  deal.stage: won: Signed" in result.stdout
    assert (
        "deals: 3 rows → 3 → 2 won (400 USD), of which 1 has no close date and will not count"
        in result.stdout
    )
    assert f"next       kpis run --settings {file}" in result.stdout.replace("\n", "")
    assert mapping_of(file)["deal_stage"]["rows"] == [
        {"stage": "Talking", "stage_order": 1, "is_closed": False, "is_won": False},
        {"stage": "Signed", "stage_order": 2, "is_closed": True, "is_won": True},
    ]
    settings = read_settings(file)
    # The hoped-for close of the open deal in September is no day on which something happened.
    assert (settings["as_of_date"], settings["reporting_currency"]) == ("2025-02-01", "USD")


def test_stages_that_say_nothing_are_not_guessed(tmp_path: Path) -> None:
    text = DEALS.replace("Signed", "S2").replace("Talking", "S1")
    result, file = connect(tmp_path, {"deals.csv": text}, "--yes")
    assert result.exit_code == 1
    assert "open  deal.stage: won" in result.stdout
    assert {row["is_won"] for row in mapping_of(file)["deal_stage"]["rows"]} == {"?"}


@pytest.mark.parametrize(
    ("text", "about", "words"),
    [
        pytest.param(
            "Deal ID,Stage,Amount,Created\n1,Won,12.500,2025-01-01\n2,Won,7.250,2025-01-02\n",
            "deal.amount",
            "12.500 and 7.250, which can be read in two ways",
            id="numbers of two readings",
        ),
        pytest.param(
            "Deal ID,Stage,Amount,Value,Created\n1,Won,10,20,2025-01-01\n",
            "deal.amount",
            "Amount (10), Value (20)",
            id="two columns that could be the amount",
        ),
        pytest.param(
            "Deal ID,Stage,Amount,Created\n1,Won,10,03/04/2025\n",
            "deal.created_at",
            "03/04/2025, which can be read in two ways",
            id="days of two readings",
        ),
    ],
)
def test_yes_takes_nothing_where_there_is_nothing_to_guess_from(
    tmp_path: Path, text: str, about: str, words: str
) -> None:
    result, file = connect(tmp_path, {"deals.csv": text}, "--yes", "--json")
    content = json.loads(result.stdout)
    assert (result.exit_code, content["exit_code"], content["status"]) == (1, 1, "questions_open")
    assert words in content["open"][about]
    assert '"?"  # FILL IN' in file.read_text(encoding="utf-8")


def test_a_guessed_currency_is_none_and_is_to_be_confirmed(tmp_path: Path) -> None:
    result, file = connect(tmp_path, {"deals.csv": DEALS.replace("USD", "")}, "--yes")
    assert "guessed  reporting_currency: XXX" in result.stdout
    assert "reporting_currency: XXX  # CONFIRM" in file.read_text(encoding="utf-8")


def test_a_person_answers_by_number_or_name() -> None:
    question = Question("about", "Which?", ("Talking", "Signed"), None, takes_several=True)
    assert chosen_of(question, "2") == ("Signed",)
    assert chosen_of(question, "signed, 1") == ("Signed", "Talking")
    assert chosen_of(question, "0") == ()
    assert chosen_of(question, "3") is None


def test_settings_that_are_there_stay_and_the_files_are_read_anew(tmp_path: Path) -> None:
    _, file = connect(tmp_path, {"deals.csv": DEALS}, "--yes")
    text = file.read_text(encoding="utf-8") + "# mine\n"
    file.write_text(text, encoding="utf-8")
    more = DEALS + "4,Signed,400,USD,2025-01-04,2025-02-02,Ann Example\n"
    result, _ = connect(tmp_path, {"deals.csv": more})
    assert result.exit_code == 0
    assert "was there and stays" in result.stdout
    assert file.read_text(encoding="utf-8") == text
    landed = file.parent / "raw" / "tabular" / "deals.csv"
    assert len(landed.read_text(encoding="utf-8").splitlines()) == 5


def test_a_folder_of_raw_tables_that_is_not_of_the_command_is_left_alone(tmp_path: Path) -> None:
    own = tmp_path / "connected" / "raw" / "tabular" / "deal.csv"
    own.parent.mkdir(parents=True)
    own.write_text(DEALS, encoding="utf-8")
    result, _ = connect(tmp_path, {"deals.csv": DEALS}, "--yes")
    assert result.exit_code == 2
    assert "its files could be yours" in result.stderr
    assert own.read_text(encoding="utf-8") == DEALS
    inside = kpis("connect", str(own.parent), "--output", str(tmp_path / "connected" / "s.yml"))
    assert inside.exit_code == 2
    assert own.exists()


def test_seeds_have_the_words_that_many_share_and_no_plan_of_the_demo(tmp_path: Path) -> None:
    _, file = connect(tmp_path, {"deals.csv": DEALS}, "--yes")
    seeds = file.parent / "seeds"
    plans = {path.name: len(path.read_text().splitlines()) for path in seeds.glob("planning/*")}
    assert set(plans.values()) == {1}
    assert len(plans) == len(list((PROJECT / "seeds" / "planning").glob("*.csv")))
    assert len((seeds / "mapping" / "countries.csv").read_text().splitlines()) > 1


def test_names_of_persons_are_no_samples(tmp_path: Path) -> None:
    reps = "Sales Agent,Manager,Mood\nAnn Example,Cas Example,good\n"
    _, file = connect(tmp_path, {"deals.csv": DEALS, "reps.csv": reps}, "--yes")
    text = file.read_text(encoding="utf-8")
    assert "Cas Example" not in text
    assert "owner_rep_id: Owner  # by its name: Xxx Xxxxxxx | Xxx Xxxxxxx" in text
    assert "Ann Example" not in text
    assert "# not used: Mood" in text


def test_files_of_one_form_are_one_table_and_files_in_our_words_are_known(tmp_path: Path) -> None:
    files = {
        "2024.csv": DEALS,
        "2025.csv": re.sub(r"\n([123]),", r"\n1\1,", DEALS),
        "deal_history.txt": "deal_id;changed_at;field;new_value\n1;2025-01-02;stage;Talking\n",
        "deal_stages.csv": "stage,stage_order,is_closed,is_won\n"
        "Talking,1,false,false\nSigned,2,true,true\n",
        "notes.md": "no table",
    }
    result, file = connect(tmp_path, files)
    assert result.exit_code == 0, result.stdout
    mapping = mapping_of(file)
    assert mapping["deal"]["table"] == ["2024", "2025"]
    assert mapping["deal_history"]["table"] == "deal_history"
    assert "rows" not in mapping["deal_stage"]
    assert "deals: 6 rows → 6 → 4 won (800 USD), of which 2 have no close date" in result.stdout
    assert "is of no kind that is read" in result.stdout


def test_a_file_of_other_rows_is_no_second_file_of_a_table(tmp_path: Path) -> None:
    files = {
        "accounts.csv": "account,sector\nAcme,steel\nBolt,tools\n",
        "deals.csv": DEALS,
        "dictionary.csv": "account,sector,agent\n,,\n,,Ann\n,,Bob\nproduct,series,\n",
    }
    result, file = connect(tmp_path, files, "--yes")
    assert mapping_of(file)["account"]["table"] == "accounts"
    assert "most rows are not" in result.stdout


def test_a_folder_without_a_known_table_is_one_sentence(tmp_path: Path) -> None:
    result, _ = connect(tmp_path, {"weather.csv": "day,rain\n2025-01-01,3\n"})
    assert result.exit_code == 2
    assert "has the header of a table that is known (weather.csv)" in result.stderr


def test_a_workbook_and_a_text_of_windows_are_read(tmp_path: Path) -> None:
    strings = ["Deals of 2025", "Deal", "Größe", "Alpha"]
    cells = "".join(
        f'<row r="{row}">{content}</row>'
        for row, content in [
            (1, '<c r="A1" t="s"><v>0</v></c>'),
            (3, '<c r="A3" t="s"><v>1</v></c><c r="B3" t="s"><v>2</v></c>'),
            (4, '<c r="A4" t="s"><v>3</v></c><c r="B4"><v>12.5</v></c>'),
        ]
    )
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as book:
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}">'
            f'<Relationship Id="a" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{space}" xmlns:r="{office}"><sheets>'
            '<sheet name="One" sheetId="1" r:id="a"/></sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}">'
            f'<Relationship Id="a" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="b" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
            "</Relationships>",
        )
        book.writestr(
            "xl/sharedStrings.xml",
            f'<sst xmlns="{space}">' + "".join(f"<si><t>{s}</t></si>" for s in strings) + "</sst>",
        )
        book.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>',
        )
    (tmp_path / "text.csv").write_bytes("Größe;Wert\nß;1\n".encode("cp1252"))
    book_table, text_table = read_folder(tmp_path).exports
    assert (book_table.header, book_table.rows) == (("Deal", "Größe"), (("Alpha", "12.5"),))
    assert book_table.notes == ("1 line above the header passed over",)
    assert (text_table.header, text_table.rows) == (("Größe", "Wert"), (("ß", "1"),))
    assert text_table.notes == ("read as cp1252 (Windows), because it is no UTF-8",)


@pytest.mark.parametrize(
    ("values", "sign"),
    [
        (["12.500"], None),
        (["12.500", "1.250.000"], "comma"),
        (["12.500", "12.5"], "point"),
        (["€ 1.200,50"], "comma"),
        (["1,200"], None),
    ],
)
def test_numbers_tell_their_form_only_where_one_proves_it(
    values: list[str], sign: str | None
) -> None:
    assert number_form(values).sign == sign


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["03/04/2025"], None),
        (["03/04/2025", "13/04/2025"], "day_first"),
        (["03/04/2025", "04/13/2025"], "month_first"),
        (["03.04.2025"], "day_first"),
        (["2025-04-03"], None),
    ],
)
def test_days_tell_their_order_only_where_one_proves_it(
    values: list[str], order: str | None
) -> None:
    assert day_form(values).order == order


def words_in(macro: str) -> list[set[str]]:
    """The lists of words in a macro of macros/contract/read/."""
    folder = PROJECT / "macros/contract/read"
    files = (file.read_text("utf-8") for file in sorted(folder.glob("*.sql")))
    [body] = [text.partition("{% macro " + macro + "(")[2] for text in files if macro + "(" in text]
    lists = re.findall(r"\['[^\]]*\]", body.partition("{% endmacro %}")[0])
    return [set(json.loads(found.replace("'", '"'))) for found in lists]


def test_the_words_of_flags_and_of_no_value_are_those_of_the_models() -> None:
    assert words_in("words_of_flags") == [set(YES), set(NO)]
    texts, days = words_in("without_blanks")
    assert texts | days | {"\\n"} == set(NO_VALUE)


@pytest.mark.parametrize("blank", ["", "-", "n/a", "NULL"])
def test_a_word_for_no_value_is_no_number_and_no_day(blank: str) -> None:
    numbers = number_form(["1.5", blank])
    assert (numbers.numbers, numbers.values) == (1, 1)
    assert day_form(["2025-01-31", blank]) == day_form(["2025-01-31"])
