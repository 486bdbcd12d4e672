"""The page as a headless Chromium shows it."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from reports.__main__ import main
from tests.reports.browser.chromium import axe_script, browser
from tests.reports.samples import conformance, exchange, file, load, requirement

HOSTILE = "<script>document.title = 'broken into'</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two implementations that came out differently, with loads of both."""
    folder = tmp_path_factory.mktemp("page")
    failing = requirement(
        "history.keep.size",
        verdict="failed",
        reason="expected 10 publications, got 9",
        evidence=[exchange("History", request={"channel": HOSTILE})],
    )
    rows = [
        requirement("publish.accept.data"),
        requirement("publish.refuse.blank", level="SHOULD"),
        requirement("info.tell.uptime", level="OBSERVED", verdict="differs", reason=HOSTILE),
    ]
    documents = {
        "first.json": conformance([*rows, failing], name="First"),
        "second.json": conformance([*rows[:2]], name=HOSTILE, address="localhost:10001"),
        "load-1.json": load(rate=2_000),
        "load-2.json": load(rate=3_000, address="localhost:10001"),
    }
    results = [file(folder / name, document) for name, document in documents.items()]
    output = folder / "page.html"
    assert main(["build", *map(str, results), "-o", str(output)]) == 0
    return output


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with browser(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture
def opened(chromium: webdriver.Chrome, page: Path) -> webdriver.Chrome:
    log(chromium, "browser")
    log(chromium, "performance")
    chromium.get("about:blank")
    chromium.get(page.as_uri())
    return chromium


def visible_rows(driver: webdriver.Chrome) -> set[str]:
    rows = driver.find_elements(By.CSS_SELECTOR, "tbody.r")
    return {str(row.get_attribute("id")).removeprefix("r-") for row in rows if row.is_displayed()}


def choose(driver: webdriver.Chrome, key: str) -> None:
    driver.find_element(By.CSS_SELECTOR, f"label[for='{key}']").click()


def log(driver: webdriver.Chrome, kind: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = driver.get_log(kind)  # type: ignore[no-untyped-call]
    return entries


def cpu_seconds(driver: webdriver.Chrome) -> float:
    """What the page has cost so far."""
    told = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return float(next(each["value"] for each in told if each["name"] == "TaskDuration"))


def printed(driver: webdriver.Chrome) -> int:
    """The pages of the page on paper; the driver gives up after two minutes."""
    pdf = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    return len(re.findall(rb"/Type /Page\b", base64.b64decode(pdf)))


def violations(driver: webdriver.Chrome) -> list[str]:
    """What axe-core finds that is serious or worse, each with where it is."""
    driver.execute_script(axe_script())
    found: dict[str, Any] = driver.execute_async_script(
        "const done = arguments[arguments.length - 1]; axe.run(document).then(done)"
    )
    return [
        f"{each['id']}: {node['html'][:120]}"
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]


def test_it_loads_without_a_console_message_or_a_request_to_a_host(
    opened: webdriver.Chrome,
) -> None:
    assert log(opened, "browser") == []
    events = [json.loads(each["message"])["message"] for each in log(opened, "performance")]
    asked = [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:"))] == []


def test_it_opens_within_a_second(opened: webdriver.Chrome) -> None:
    timing = opened.execute_script(
        "const [n] = performance.getEntriesByType('navigation'); return n.domComplete"
    )
    assert 0 < timing < 1_000


def test_markup_of_a_result_is_text(opened: webdriver.Chrome) -> None:
    assert opened.title.startswith("First, <script>")
    assert opened.find_elements(By.CSS_SELECTOR, "script, img") == []
    assert HOSTILE[:40] in opened.find_element(By.TAG_NAME, "body").text


def test_the_filter_by_verdict_shows_those_requirements_alone(opened: webdriver.Chrome) -> None:
    assert len(visible_rows(opened)) == 4
    choose(opened, "v-failed")
    assert visible_rows(opened) == {"history.keep.size"}
    choose(opened, "v-all")
    assert len(visible_rows(opened)) == 4


def test_the_filters_by_level_and_area_narrow_it_further(opened: webdriver.Chrome) -> None:
    choose(opened, "l-must")
    assert visible_rows(opened) == {"history.keep.size", "publish.accept.data"}
    Select(opened.find_element(By.ID, "area")).select_by_value("publish")
    assert visible_rows(opened) == {"publish.accept.data"}


def test_a_verdict_leads_to_its_evidence(opened: webdriver.Chrome) -> None:
    link = opened.find_element(By.CSS_SELECTOR, "#r-history\\.keep\\.size a.v.failed")
    link.click()
    evidence = opened.find_element(By.CSS_SELECTOR, ":target")
    assert evidence.is_displayed()
    assert "expected\n10 publications" in evidence.text
    assert "History" in evidence.text


def test_every_link_of_the_page_leads_somewhere(opened: webdriver.Chrome) -> None:
    dead = opened.execute_script(
        "return [...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href'))"
        ".filter(href => !document.getElementById(decodeURIComponent(href.slice(1))))"
    )
    assert dead == []


def test_the_keyboard_alone_reaches_filters_and_evidence(opened: webdriver.Chrome) -> None:
    seen: list[str] = []
    for _ in range(60):
        webdriver.ActionChains(opened).send_keys(Keys.TAB).perform()
        element: WebElement = opened.switch_to.active_element
        seen.append(f"{element.tag_name}#{element.get_attribute('id')}")
    assert seen[0].startswith("a#")
    assert "input#v-all" in seen
    assert "select#area" in seen
    assert "summary#" in seen


def test_axe_would_find_a_picture_without_words(opened: webdriver.Chrome) -> None:
    opened.execute_script("document.querySelector('main').append(document.createElement('img'))")
    assert any(found.startswith("image-alt") for found in violations(opened))


def test_axe_finds_nothing_serious_in_the_light(opened: webdriver.Chrome) -> None:
    assert violations(opened) == []


def test_axe_finds_nothing_serious_in_the_dark_with_all_evidence_open(
    opened: webdriver.Chrome,
) -> None:
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    opened.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    try:
        assert violations(opened) == []
    finally:
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_phone_shows_it_without_scrolling_sideways(opened: webdriver.Chrome) -> None:
    phone = {"width": 390, "height": 800, "deviceScaleFactor": 2, "mobile": True}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    try:
        wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert opened.execute_script(wide) <= 0
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_it_reads_the_same_without_javascript(opened: webdriver.Chrome, page: Path) -> None:
    opened.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        opened.get(page.as_uri())
        choose(opened, "v-failed")
        assert visible_rows(opened) == {"history.keep.size"}
    finally:
        opened.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_five_implementations_of_five_hundred_requirements_are_small_and_quick(
    chromium: webdriver.Chrome, tmp_path: Path
) -> None:
    request = {"channel": "chat:index", "data": {"size": 256, "hex": "00" * 256}}
    evidence = [exchange(request=request)] * 4
    rows = [requirement(f"area{n % 20}.verb.rule-{n}", evidence=evidence) for n in range(500)]
    results = [
        file(tmp_path / f"{n}.json", conformance(rows, name=f"Implementation {n}"))
        for n in range(5)
    ]
    large = tmp_path / "large.html"
    assert main(["build", *map(str, results), "-o", str(large)]) == 0
    assert large.stat().st_size < 3_000_000
    ticks = {"timeDomain": "threadTicks"}  # CPU time: others may run beside.
    chromium.get("about:blank")
    chromium.execute_cdp_cmd("Performance.enable", ticks)
    chromium.get(large.as_uri())
    rows_shown = "return document.querySelectorAll('tbody.r').length"
    assert chromium.execute_script(rows_shown) == 500
    opened = cpu_seconds(chromium)
    pages = printed(chromium)
    print(f"opened with {opened:.2f} s of CPU, printed with {cpu_seconds(chromium) - opened:.2f} s")
    assert opened < 3, "0.7 s on a machine that was busy with other things"
    assert 15 < pages < 60, "every row, no evidence that was not opened"
