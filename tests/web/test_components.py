"""The macros of components/ keep the promises that every page leans on: names, captions, tokens, exact values, no inline code."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import html5lib
import pytest
from flask import Flask
from wtforms import BooleanField, DateField, FileField, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.web import drawing, formats

APP = Path(formats.__file__).resolve().parent.parent
IMPORTS = """
{% from 'components/page.html' import icon, head, seg, steps, alert, work %}
{% from 'components/data.html' import money, money_both, date, delta, stat, stat_strip, badge, progress, segbar, spark, legend, chart,
   table, table_head, day_row, pager, empty_state, card, card_head, bulk_bar, pick, pick_all %}
{% from 'components/forms.html' import form, field, amount, button, link_button, csrf_button, dropzone, error_summary, save_bar %}
{% from 'components/receipts.html' import reader %}
{% from 'components/flash.html' import flash %}
"""


def choices(*labels: str) -> list[SelectChoice]:
    return [SelectChoice(label.lower(), label) for label in labels]


class Everything(Form):  # type: ignore[misc]  # wtforms publishes no types
    """One field of each kind."""

    direction = RadioField("Type", choices=choices("Out", "In"), default="out")
    amount = StringField("Amount", [InputRequired("Enter the amount.")])
    occurred_on = DateField("Date", [InputRequired("Enter the date.")])
    category = SelectField("Category", choices=choices("Dining", "Travel"))
    note = TextAreaField("Note", [Length(max=200)])
    keep = BooleanField("Keep account and date")
    receipt = FileField("Receipt")


class Sheet:
    """Renders a piece of template with every macro at hand, and reads the result as a browser would."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def html(self, source: str, **context: Any) -> str:
        with self.app.app_context():
            return self.app.jinja_env.from_string(IMPORTS + source).render(**context)

    def elements(self, source: str, **context: Any) -> list[Any]:
        page = html5lib.parseFragment(self.html(source, **context), namespaceHTMLElements=False)
        return [element for element in page.iter() if isinstance(element.tag, str)]  # comments have functions for tags

    def one(self, tag: str, source: str, **context: Any) -> Any:
        (found,) = [element for element in self.elements(source, **context) if element.tag == tag]
        return found


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    app = Flask("components", template_folder=str(APP / "templates"))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    formats.init_app(app)
    drawing.init_app(app)
    app.jinja_env.globals.update(csrf_token=lambda: "the-token", asset=lambda path: f"/static/1/{path}")
    return Sheet(app)


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


# ---- Money and dates


@pytest.mark.parametrize(
    ("call", "value", "shown"),
    [
        ("money(-84200)", "-842.00", "−₹842.00"),
        ("money(17071644, sign='+', tone='flow')", "170716.44", "+₹1,70,716.44"),
        ("money(17071644)", "170716.44", "₹1,70,716.44"),
        ("money(-84200, sign='none')", "-842.00", "₹842.00"),
        ("money(13162872, decimals=false)", "131628.72", "₹1,31,629"),
        ("money(-13162872, decimals=false)", "-131628.72", "−₹1,31,629"),
        ("money(0)", "0.00", "₹0.00"),
        ("money(-5)", "-0.05", "−₹0.05"),
        ("money(1249, 'JPY')", "1249", "JP¥1,249"),
    ],
)
def test_money_keeps_the_exact_value_whatever_it_shows(sheet: Sheet, call: str, value: str, shown: str) -> None:
    data = sheet.one("data", "{{ " + call + " }}")

    assert data.get("value") == value
    assert words(data) == shown


def test_paise_are_a_part_of_their_own(sheet: Sheet) -> None:
    assert words(sheet.one("span", "{{ money(-84250) }}")) == ".50"


def test_money_out_is_plain_ink_and_red_is_kept_for_balances_below_zero(sheet: Sheet) -> None:
    assert sheet.one("data", "{{ money(-1, tone='flow') }}").get("class") == "ft-money"
    assert sheet.one("data", "{{ money(1, tone='flow') }}").get("class") == "ft-money ft-money--in"
    assert sheet.one("data", "{{ money(-1, tone='balance') }}").get("class") == "ft-money ft-money--bad"


@pytest.mark.parametrize(
    ("minor", "fit"), [(123456700, ""), (12345678900, "is-long"), (-1234567890123400, "is-longer")]
)
def test_a_figure_too_long_for_its_place_says_so(sheet: Sheet, minor: int, fit: str) -> None:
    classes = sheet.one("data", "{{ money(minor, decimals=false, size='figure') }}", minor=minor).get("class").split()

    assert {"is-long", "is-longer"} & set(classes) == ({fit} if fit else set())


def test_an_unknown_amount_is_not_yet_and_never_zero(sheet: Sheet) -> None:
    assert words(sheet.one("span", "{{ money(none) }}")) == "not yet"


def test_a_foreign_amount_shows_the_books_own_under_it(sheet: Sheet) -> None:
    foreign, own = [e for e in sheet.elements("{{ money_both(124900, 'USD', 10529070, 'INR') }}") if e.tag == "data"]

    assert (foreign.get("value"), own.get("value")) == ("1249.00", "105290.70")


def test_a_date_is_readable_by_machines_too(sheet: Sheet) -> None:
    time = sheet.one("time", "{{ date(on) }}", on=date(2026, 11, 21))

    assert (time.get("datetime"), words(time)) == ("2026-11-21", "21 Nov")


def test_a_change_says_how_much_and_against_what(sheet: Sheet) -> None:
    html = sheet.html(
        "{{ delta(2214900, 'than 1–22 Oct', welcome='down') }}{{ delta(0, 'than Oct') }}{{ delta(none, '') }}"
    )

    assert "₹22,149 more" in html
    assert "than 1–22 Oct" in html
    assert "ft-delta--bad" in html, "an unwelcome direction is marked"
    assert "as Oct" in html
    assert "nothing to compare with yet" in html


# ---- Tables and charts


def test_a_table_has_a_caption_and_one_row_for_each_thing(sheet: Sheet) -> None:
    source = "{% call(r) table([1, 2], ['A', {'text': 'B', 'num': true}], caption='Two', empty='None') %}<td>{{ r }}</td><td></td>{% endcall %}"

    elements = sheet.elements(source)

    assert [words(e) for e in elements if e.tag == "caption"] == ["Two"]
    assert [e.get("scope") for e in elements if e.tag == "th"] == ["col", "col"]
    assert [words(e) for e in elements if e.tag == "tr"][1:] == ["1", "2"]


def test_a_table_cannot_forget_its_caption_or_its_empty_text(sheet: Sheet) -> None:
    macro = sheet.app.jinja_env.get_template("components/data.html").module.table  # type: ignore[attr-defined]

    assert macro.arguments[:4] == ("rows", "headings", "caption", "empty")


def test_an_empty_table_says_so_in_words(sheet: Sheet) -> None:
    source = "{% call(r) table([], ['A'], caption='None', empty='Nothing in November yet.') %}{% endcall %}"

    assert words(sheet.one("p", source)) == "Nothing in November yet."


def test_a_sorted_column_says_so_to_everybody(sheet: Sheet) -> None:
    head = sheet.one(
        "th", "<table>{{ table_head([{'text': 'Date', 'sort': '?sort=date', 'sorted': 'descending'}]) }}</table>"
    )

    assert head.get("aria-sort") == "descending"


CHART = """{{ chart('flow', 'c', 'Income stayed above spending.', {'labels': labels, 'in': [1], 'out': [2], 'names': ['</script>', 'b']},
                    ['Month', 'Income'], [['Nov', '₹1']]) }}"""


def test_a_chart_says_its_finding_and_has_its_numbers_behind_it(sheet: Sheet) -> None:
    elements = sheet.elements(CHART, labels=["a", "b", "c"])

    canvas = next(e for e in elements if e.tag == "canvas")
    assert (canvas.get("role"), canvas.get("aria-label")) == ("img", "Income stayed above spending.")
    assert [words(e) for e in elements if e.tag == "td"] == ["₹1"]
    assert [e.tag for e in elements if e.tag == "caption"] == ["caption"]


def test_a_charts_data_cannot_break_out_of_its_island(sheet: Sheet) -> None:
    island = sheet.one("script", CHART, labels=["a", "b", "c"])

    assert island.get("type") == "application/json"
    assert json.loads(island.text)["names"] == ["</script>", "b"]


def test_two_points_are_no_chart(sheet: Sheet) -> None:
    elements = sheet.elements(CHART, labels=["a", "b"])

    assert not [e for e in elements if e.tag in {"canvas", "script"}]


def test_every_kind_of_chart_can_be_drawn() -> None:
    kinds = (APP / "static/js/chart-kinds.js").read_text(encoding="utf-8")

    assert set(re.findall(r"^  (\w+)\(data", kinds, re.MULTILINE)) == {
        "pace",
        "flow",
        "area",
        "percent",
        "lines",
        "scores",
        "forecast",
        "bars",
    }


def test_shares_fill_their_bar_and_nothing_divides_by_nothing(sheet: Sheet) -> None:
    parts = [{"value": 30, "paint": 1}, {"value": 10, "paint": "out"}]
    rects = [e for e in sheet.elements("{{ segbar(parts, 'x') }}", parts=parts) if str(e.tag).endswith("}rect")]

    assert [(r.get("class"), r.get("x"), r.get("width")) for r in rects] == [
        ("ft-f1", "0.0", "747.0"),
        ("ft-f-out", "750.0", "250.0"),
    ]
    assert "rect" not in sheet.html("{{ segbar([], 'x') }}{{ segbar([{'value': 0, 'paint': 1}], 'x') }}")


def test_a_flat_line_and_a_short_one_are_drawn_or_left_out(sheet: Sheet) -> None:
    assert "polyline" in sheet.html("{{ spark([5, 5, 5], 'flat') }}")
    assert "polyline" not in sheet.html("{{ spark([5, 6], 'short') }}")


def test_progress_stays_within_its_bar(sheet: Sheet) -> None:
    over = sheet.one("progress", "{{ progress('Dining', 150, 100) }}")
    none = sheet.one("progress", "{{ progress('Dining', -5, 0) }}")

    assert (over.get("value"), over.get("max"), over.get("aria-label"), words(over)) == ("100", "100", "Dining", "150%")
    assert none.get("value") == "0"


def test_the_ends_of_a_list_are_not_links(sheet: Sheet) -> None:
    links = [e for e in sheet.elements("{{ pager('1–50 of 90', none, '?after=50') }}") if e.tag == "a"]

    assert [(link.get("href"), words(link)) for link in links] == [("?after=50", "Older")]


# ---- Forms


def test_every_post_carries_the_token_and_a_search_does_not(sheet: Sheet) -> None:
    posted = sheet.elements("{% call form('/save') %}x{% endcall %}")
    searched = sheet.html("{% call form('/find', method='get') %}x{% endcall %}")

    (token,) = [e for e in posted if e.tag == "input"]
    assert (token.get("name"), token.get("value")) == ("csrf_token", "the-token")
    assert "token" not in searched


def test_a_button_that_changes_something_is_a_form_with_a_token(sheet: Sheet) -> None:
    elements = sheet.elements("{{ csrf_button('/void', 'Void', fields={'ids': 7}) }}")

    form = next(e for e in elements if e.tag == "form")
    assert (form.get("method"), form.get("action")) == ("post", "/void")
    assert {e.get("name"): e.get("value") for e in elements if e.tag == "input"} == {
        "csrf_token": "the-token",
        "ids": "7",
    }


def test_an_irreversible_press_carries_its_question(sheet: Sheet) -> None:
    confirm = {"title": 'Delete "Old" book?', "text": "₹1 leaves.", "yes": "Delete it"}
    form = sheet.one("form", "{{ csrf_button('/x', 'Delete', confirm=confirm) }}", confirm=confirm)

    assert form.get("data-behaviour").split() == ["confirm", "submit-once"], "the question comes before the count"
    assert form.get("data-confirm-title") == 'Delete "Old" book?'
    assert form.get("data-confirm-no") == "Keep"


FIELDS = """
{{ field(f.direction) }}{{ amount(f.amount, '₹') }}{{ field(f.occurred_on, 'When it was.') }}{{ field(f.category) }}{{ field(f.note) }}
{{ field(f.keep) }}{{ dropzone(f.receipt, 'Drop it here') }}
"""


@pytest.mark.parametrize("sent", [{}, {"amount": "5", "occurred_on": date(2026, 11, 21), "category": "dining"}])
def test_every_control_has_a_visible_label_and_knows_the_line_below_it(sheet: Sheet, sent: dict[str, Any]) -> None:
    form = Everything(data=sent)
    form.validate()
    elements = sheet.elements(FIELDS, f=form)

    ids = [e.get("id") for e in elements if e.get("id")]
    labelled = {e.get("for") for e in elements if e.tag == "label"}
    controls = [e for e in elements if e.tag in {"input", "select", "textarea"}]
    assert len(controls) == 8
    assert {e.get("id") for e in controls} <= labelled
    assert len(ids) == len(set(ids))
    assert {e.get("aria-describedby") for e in elements if e.get("aria-describedby")} <= set(ids)


def test_an_error_stands_at_its_field_and_beats_the_hint(sheet: Sheet) -> None:
    form = Everything(data={})
    form.validate()
    elements = sheet.elements("{{ field(f.occurred_on, 'When it was.', check={'why': 'Smudged.'}) }}", f=form)

    control = next(e for e in elements if e.tag == "input")
    below = next(e for e in elements if e.get("id") == control.get("aria-describedby"))
    assert control.get("aria-invalid") == "true"
    assert words(below) == "Enter the date."


def test_a_doubtful_field_says_why_and_is_not_an_error(sheet: Sheet) -> None:
    elements = sheet.elements("{{ field(f.category, check={'why': 'The day is smudged.'}) }}", f=Everything())

    html = " ".join(words(e) for e in elements if e.tag == "div")
    assert "Please check" in html
    assert "The day is smudged." in html
    assert next(e for e in elements if e.tag == "select").get("aria-invalid") is None


def test_what_was_typed_comes_back_as_text_and_never_as_markup(sheet: Sheet) -> None:
    form = Everything(data={"amount": '"><script>alert(1)</script>'})
    form.validate()

    assert sheet.one("input", "{{ amount(f.amount, '₹') }}", f=form).get("value") == '"><script>alert(1)</script>'


def test_optional_fields_say_so_and_required_ones_do_not(sheet: Sheet) -> None:
    assert "(optional)" in sheet.html("{{ field(f.note) }}", f=Everything())
    assert "(optional)" not in sheet.html("{{ field(f.occurred_on) }}{{ field(f.category) }}", f=Everything())


def test_the_summary_links_to_each_wrong_field_and_takes_the_focus(sheet: Sheet) -> None:
    form = Everything(data={"category": "dining"})
    form.validate()
    elements = sheet.elements("{{ error_summary(f) }}", f=form)

    alert = next(e for e in elements if e.get("role") == "alert")
    assert alert.get("autofocus") is not None
    assert [e.get("href") for e in elements if e.tag == "a"] == ["#amount", "#occurred_on"]
    assert "2 things to fix" in words(alert)


def test_a_form_with_nothing_wrong_has_no_summary(sheet: Sheet) -> None:
    assert sheet.html("{{ error_summary(f) }}", f=Everything()).strip() == ""


# ---- Frame


def test_a_page_has_one_heading_and_a_step_that_leads_nowhere_is_no_link(sheet: Sheet) -> None:
    elements = sheet.elements("{{ head('November 2026', next={'url': none, 'label': 'December'}) }}")

    assert [words(e) for e in elements if e.tag == "h1"] == ["November 2026"]
    (step,) = [e for e in elements if e.tag == "a"]
    assert (step.get("href"), step.get("aria-disabled"), step.get("aria-label")) == (None, "true", "December")


def test_a_message_may_bring_one_thing_to_do_about_it(sheet: Sheet) -> None:
    message = {"title": "Saved.", "text": "Unusual.", "action": {"label": "This is normal", "url": "/normal/7"}}
    elements = sheet.elements("{{ flash('warn', m) }}{{ flash('bad', 'It did not work.') }}", m=message)

    assert [e.get("role") for e in elements if e.get("role")] == ["status", "alert"]
    assert [e.get("action") for e in elements if e.tag == "form"] == ["/normal/7"]


def test_an_unknown_kind_of_message_is_still_shown(sheet: Sheet) -> None:
    assert "Please log in" in sheet.html("{{ flash('message', 'Please log in') }}")


def test_steps_say_where_one_is(sheet: Sheet) -> None:
    items = [e for e in sheet.elements("{{ steps(['File', 'Columns', 'Done'], 2) }}") if e.tag == "li"]

    assert [(words(e), e.get("aria-current")) for e in items] == [
        ("File, done", None),
        ("Columns", "step"),
        ("Done", None),
    ]


@pytest.mark.parametrize("page", sorted(path.name for path in (APP / "templates/errors").glob("*.html")))
def test_an_error_page_needs_neither_a_person_nor_a_book_nor_a_database(sheet: Sheet, page: str) -> None:
    html = sheet.app.jinja_env.get_template(f"errors/{page}").render()

    document = html5lib.parse(html, namespaceHTMLElements=False)
    (heading,) = document.iter("h1")
    (title,) = document.iter("title")
    assert words(title) == f"{words(heading)} · FinTrak"
    assert words(heading)
    assert page.removesuffix(".html") in words(document.find("body"))


def test_an_error_page_shows_the_reason_it_is_given_as_text(sheet: Sheet) -> None:
    html = sheet.app.jinja_env.get_template("errors/422.html").render(error_message="<b>5 MB</b> is the limit.")

    assert "&lt;b&gt;5 MB&lt;/b&gt; is the limit." in html


# ---- All of it

SHEET = (
    FIELDS
    + CHART
    + """
{% call head('T', 's', crumb={'url': '/', 'label': 'Up'}, previous={'url': '/p', 'label': 'P'}) %}{{ link_button('A', '/a', icon_name='plus') }}{% endcall %}
{{ seg('Period', [{'label': 'Month', 'url': '#', 'current': true}]) }}{{ alert('info', 'x') }}{{ work('Reading', 1, 2, '/progress') }}
{% call stat_strip('Figures', 3) %}{{ stat('A', 1, values=[1, 2, 3]) }}{{ stat('B', badge=badge('91% used', 'warn', 'eye')) }}{{ stat('C', loading=true) }}{% endcall %}
{% call card('Card', 's', 4, {'label': 'All', 'url': '/all'}, foot='f') %}{{ legend([{'paint': 1, 'label': 'x'}]) }}{% endcall %}
{% call card('Empty', bare=true) %}{% call empty_state('None', 'yet') %}{{ button('Add') }}{% endcall %}{% endcall %}
{% call form('/bulk', behaviour='bulk-select confirm') %}{% call bulk_bar('Selected') %}{{ button('Void', 'ghost', name='action', value='void') }}{% endcall %}
<table><caption>c</caption>{{ table_head([{'text': pick_all(), 'class': 'pick'}, 'A']) }}<tbody>{{ day_row('Today', -1, 2) }}
<tr><td>{{ pick(1, -84200, 'Swiggy') }}</td><td></td></tr></tbody></table>{% endcall %}
{% call form('/tx', id='tx') %}{% call save_bar('n') %}{{ button('Save') }}{% endcall %}{% endcall %}
{{ reader('/read', '/upload', 'tx', 8388608, {'fields': {}, 'image_url': '/receipts/1/image', 'image': {'width': 3, 'height': 4}}) }}{{ flash('ok', 'Saved') }}{{ progress('p', 1, 2, 'warn', 73.3, 'lg') }}
"""
)


def test_no_macro_writes_inline_code_or_repeats_an_id(sheet: Sheet) -> None:
    elements = sheet.elements(SHEET, f=Everything(), labels=["a", "b", "c"])

    attributes = {name for e in elements for name in e.keys()}  # noqa: SIM118 (an element iterates over its children)
    assert not {name for name in attributes if name == "style" or name.startswith("on")}
    assert not [e for e in elements if e.tag == "style"]
    assert {e.get("type") for e in elements if e.tag == "script"} == {"application/json"}
    ids = [e.get("id") for e in elements if e.get("id")]
    assert len(ids) == len(set(ids))


def test_every_button_and_link_has_a_name(sheet: Sheet) -> None:
    elements = sheet.elements(SHEET, f=Everything(), labels=["a", "b", "c"])

    pressed = [e for e in elements if e.tag in {"a", "button", "summary"}]
    assert len(pressed) > 10
    assert all(words(e) or e.get("aria-label") for e in pressed)


def test_every_behaviour_a_template_asks_for_is_known_and_has_its_module() -> None:
    main = (APP / "static/js/main.js").read_text(encoding="utf-8")
    known = set(re.findall(r"import\('\./behaviours/([a-z-]+)\.js'\)", main))
    files = {path.stem for path in (APP / "static/js/behaviours").glob("*.js")}
    templates = "\n".join(path.read_text(encoding="utf-8") for path in (APP / "templates").rglob("*.html"))
    asked = {name for names in re.findall(r'data-behaviour="([a-z -]+)"', templates) for name in names.split()}

    assert known == files
    assert asked
    assert asked <= known


def test_scripts_never_turn_text_into_markup() -> None:
    scripts = [path for path in (APP / "static/js").rglob("*.js") if "vendor" not in path.parts]
    code = {
        path.name: re.sub(r"/\*.*?\*/|//.*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL) for path in scripts
    }

    banned = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.style\b")
    assert len(code) > 15
    assert not {name: banned.findall(text) for name, text in code.items() if banned.search(text)}


def test_only_tokens_name_colours() -> None:
    css = APP / "static/css"

    for name in ("app.css", "fonts.css"):
        text = re.sub(r"/\*.*?\*/", "", (css / name).read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|rgba?\(", text), name
