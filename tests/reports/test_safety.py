"""Pages hold what servers said as text, refer to nothing outside, and come out the same."""

import re

from tests.reports.reading import Element, rendered, shown
from tests.reports.samples import conformance, exchange, load, requirement

HOSTILE = "<script>document.title='owned'</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
OUTSIDE = {"src", "href", "xlink:href", "action", "srcset", "data", "poster", "formaction"}


def hostile_page() -> str:
    judged = requirement(
        "publish.a.b",
        verdict="failed",
        reason=f"expected {HOSTILE}, got {HOSTILE}",
        sentence=f"`{HOSTILE}` in a sentence.",
        source=HOSTILE,
        needs=[HOSTILE],
        evidence=[
            exchange(HOSTILE, details=HOSTILE, status=HOSTILE, metadata=[[HOSTILE, HOSTILE]]),
            exchange(request={HOSTILE: [HOSTILE]}, response={"text": HOSTILE}),
        ],
    )
    conforming = conformance([judged], name=HOSTILE, address=HOSTILE, summary=HOSTILE)
    conforming["target"]["dialects"][0] |= {"version": HOSTILE, "notice": HOSTILE}
    conforming["target"]["profiles"] = [HOSTILE]
    conforming["options"] = {HOSTILE: HOSTILE, "keyword": HOSTILE}
    loaded = load(address=HOSTILE, api_errors={HOSTILE: 1}, transport_errors={HOSTILE: 2})
    loaded["options"]["scenario"] = HOSTILE
    loaded["options"]["channel"] = HOSTILE
    loaded["limit"]["evidence"] = [HOSTILE]
    loaded["machine"] = loaded["machine"] | {"processor": HOSTILE}
    return rendered(conforming, loaded)


def references(page: Element) -> list[str]:
    return [
        value
        for element in page.all()
        for name, value in element.attributes.items()
        if name in OUTSIDE
    ]


def test_markup_in_results_is_text_everywhere() -> None:
    page = hostile_page()
    assert "<script" not in page
    assert "<img" not in page
    assert "{{7*7}}" in page
    assert page.count("&lt;script&gt;") > 20
    handlers = re.findall(r"<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', page))
    assert handlers == []


def test_characters_that_hide_or_reorder_text_are_made_visible() -> None:
    page = shown(conformance(name="a\u202eb\x00c\ud800d\u200be"))
    name = page.one("ul", class_="verdicts").one("strong").text
    assert name == "a\\u202eb\\u0000c\\ud800d\\u200be"


def test_a_page_of_lone_surrogates_can_be_written() -> None:
    evidence = [exchange(details="\udfff", request={"text": "\ud800"})]
    assert "\\udfff" in rendered(conformance([requirement(evidence=evidence)])).encode().decode()


def test_a_very_long_name_does_not_fill_the_page() -> None:
    name = shown(conformance(name="x" * 9_000)).one("ul", class_="verdicts").one("strong").text
    assert name == f"{'x' * 79}…"


def test_nested_evidence_does_not_exhaust_the_page() -> None:
    deep: object = "end"
    for _ in range(400):
        deep = {"in": [deep]}
    page = rendered(conformance([requirement(evidence=[exchange(request=deep)])]))
    assert "{…}" in page
    assert '"end"' not in page


def test_the_page_refers_to_nothing_outside_itself() -> None:
    found = references(shown(conformance([requirement(verdict="failed", reason="x")]), load()))
    assert found
    assert [each for each in found if not each.startswith(("#", "data:,"))] == []


def test_the_page_has_no_script_no_import_and_no_address_in_its_style() -> None:
    page = shown(conformance(), load())
    assert page.find("script") == []
    style = page.one("style").text
    assert "@import" not in style
    assert "url(" not in style
    assert "http" not in style


def test_every_id_is_there_once_and_every_link_has_its_target() -> None:
    rows = [requirement(), requirement("publish.a.b", verdict="failed", reason="no")]
    page = shown(conformance(rows), load(), load(payload_bytes=1_024))
    ids = [e.attributes["id"] for e in page.all() if "id" in e.attributes]
    assert sorted(set(ids)) == sorted(ids)
    inner = {each[1:] for each in references(page) if each.startswith("#")}
    assert inner - set(ids) == set()


def test_no_path_of_the_machine_is_on_the_page() -> None:
    page = rendered(conformance(), load())
    assert "/somewhere" not in page
    assert "conformance/targets/centrifugo-6.9/profile.toml" in page


def test_the_same_results_make_the_same_page() -> None:
    documents = conformance(), load(), load(release="2.8", api_errors={"107 bad request": 1})
    assert rendered(*documents) == rendered(*documents)
