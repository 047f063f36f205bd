"""The report's page in Chromium: it renders in both themes, at a phone's width and on paper; filters, sorting and
downloads work; nothing that somebody typed runs; and nobody outside is asked for anything.

Screenshots go to a folder that is named at the end, for people to look at."""

import argparse
import csv
import pathlib
import shutil
import subprocess
import sys
import tempfile

from playwright.sync_api import sync_playwright

SCRIPT = "<script>alert(1)</script>\"' onmouseover=alert(2) x='"
FORMULA = "=cmd|' /C calc'!A0"
TURNED = "\u202eyregruS\u202c"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]

failures = []


def expect(is_so, what):
    """Notes what is not so, and goes on, so that one run tells all."""
    print(("ok    " if is_so else "FAILS ") + what)
    if not is_so:
        failures.append(what)


def uptake(program, *arguments):
    subprocess.run([program, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def demo_page(program, folder):
    """The page of the demo extract with the local scheme."""
    demo, page = folder / "demo", folder / "report.html"
    uptake(program, "demo", demo, "--write-only", "--seed", 7)
    tables = [f"--{name}={demo / name}.csv" for name in ["patients", "events", "practices", "appointments", "slots"]]
    uptake(program, "report", "--year", "2021-22,2023-24", "--pathway", "wf-newham/2024-25", *tables, "--output", page)
    return page


def hostile_page(program, folder):
    """The page of the same extract with names that somebody chose to do harm."""
    demo = folder / "demo"
    with open(demo / "practices.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row, name in zip(rows, [SCRIPT, FORMULA, TURNED]):
        row["practice_name"] = name
    rows[0]["area"] = "<img src=x onerror=alert(3)>"
    practices, page = folder / "hostile.csv", folder / "hostile.html"
    with open(practices, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    uptake(program, "report", "--year", "2023-24", f"--patients={demo / 'patients.csv'}",
           f"--events={demo / 'events.csv'}", f"--practices={practices}", "--output", page)
    return page


class Watched:
    """A page whose every message, error, dialogue and request is noted."""

    def __init__(self, browser, path, **look):
        self.context = browser.new_context(accept_downloads=True, **look)
        self.context.set_offline(True)
        self.page = self.context.new_page()
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append("dialogue: " + dialog.message), dialog.dismiss()))
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())
        self.own = path.as_uri()

    def close(self, what):
        """Says whether the page was quiet."""
        outside = [url for url in self.asked if url != self.own and not url.startswith("blob:")]
        expect(not self.said, f"{what}: no console message, error or dialogue {self.said or ''}")
        expect(not outside, f"{what}: no request but for the page itself {outside or ''}")
        self.context.close()


def shown(page, table):
    return page.locator(f"#{table} tbody tr:visible").count()


def column(page, table, name):
    """The texts of a column, top to bottom."""
    return page.evaluate("""([table, name]) => {
        const at = Array.from(document.querySelectorAll(`#${table} thead th`)).findIndex((th) => th.dataset.name === name);
        return Array.from(document.querySelectorAll(`#${table} tbody tr`)).map((row) => row.cells[at].textContent);
    }""", [table, name])


def check_looks(browser, path, shots):
    """Both themes, a phone, and paper."""
    grounds = {}
    for name, width, scheme in [("light", 1280, "light"), ("dark", 1280, "dark"), ("phone", 390, "light"),
                                ("phone-dark", 390, "dark")]:
        seen = Watched(browser, path, viewport={"width": width, "height": 850}, color_scheme=scheme)
        page = seen.page
        page.screenshot(path=shots / f"{name}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        expect(wide <= width, f"{name}: no sideways scrolling ({wide} of {width} px)")
        grounds[name] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        heights = page.evaluate("Array.from(document.querySelectorAll('figure svg[role=img]')).map((svg) => svg.getBoundingClientRect().height)")
        expect(heights and min(heights) > 20, f"{name}: {len(heights)} charts are drawn")
        if name == "light":
            page.pdf(path=shots / "print.pdf", prefer_css_page_size=True)
            check_paper(page)
            page.select_option("#theme", "dark")
            chosen = page.evaluate("getComputedStyle(document.body).backgroundColor")
        seen.close(name)
    expect(grounds["light"] != grounds["dark"], "the device's setting makes the page dark")
    expect(chosen == grounds["dark"], "the switch makes it as dark as the device's setting does")


def check_paper(page):
    """What is cut off on a screen can be scrolled; on paper it is lost. An A4 sheet on its side is 273 mm wide within its
    margins, of 96 points to the inch."""
    page.set_viewport_size({"width": 273 * 96 * 10 // 254, "height": 850})
    page.emulate_media(media="print")
    cut = page.evaluate("""Array.from(document.querySelectorAll(".table, .wide, .cards"))
        .filter((box) => box.scrollWidth > box.clientWidth + 1)
        .map((box) => (box.querySelector("table") || box).id || box.className)""")
    expect(not cut, f"print: nothing is wider than the paper {cut or ''}")
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 850})


def check_filters(browser, path):
    """Area and practice; everything follows, and all comes back."""
    seen = Watched(browser, path)
    page = seen.page
    all_rows, marks = shown(page, "practices-table"), page.locator("figure svg g[data-practice]:visible").count()
    area = page.locator("#area option").nth(1).inner_text()
    page.select_option("#area", area)
    areas = page.evaluate("""() => Array.from(document.querySelectorAll('#practices-table tbody tr'))
        .filter((row) => !row.hidden).map((row) => row.cells[2].textContent)""")
    expect(set(areas) == {area} and len(areas) < all_rows, f"only {area}: {len(areas)} of {all_rows} rows")
    expect(page.locator("figure svg g[data-practice]:visible").count() < marks, "charts follow the area")
    expect(page.locator("[data-card]:visible").get_attribute("data-card") == area, "the headline follows the area")
    expect(set(column(page, "areas-table", "area")) > {area},
           "other areas' rows are hidden, not lost")
    page.click("button[type=reset]")
    expect(shown(page, "practices-table") == all_rows, "all comes back")
    code = column(page, "practices-table", "practice_code")[0]
    name = column(page, "practices-table", "practice_name")[0]
    for typed in [code, name.lower()[:6]]:
        page.fill("#practice", typed)
        found = page.evaluate("""() => Array.from(document.querySelectorAll('#practices-table tbody tr'))
            .filter((row) => !row.hidden).map((row) => row.cells[0].textContent)""")
        expect(set(found) == {code}, f"{typed!r} finds {code} alone")
    expect("1 of" in page.inner_text("#shown"), "the number of practices shown is told")
    page.fill("#practice", "nobody is called that")
    expect(shown(page, "practices-table") == 0, "what nobody is called finds nobody")
    seen.close("filters")


def check_sorting(browser, path):
    """By numbers as numbers, by keyboard, both ways; what is not known comes last."""
    seen = Watched(browser, path)
    page = seen.page
    heading = page.locator("#changes-table th[data-name=pounds_change]")
    heading.locator("button").focus()
    for direction in ["ascending", "descending"]:
        page.keyboard.press("Enter")
        texts = column(page, "changes-table", "pounds_change")
        known = [float(text.replace(",", "").replace("\u2212", "-")) for text in texts if text != "\u2013"]
        expect(heading.get_attribute("aria-sort") == direction, f"aria-sort says {direction}")
        expect(known == sorted(known, reverse=direction == "descending") and len(known) > 3, f"pounds are {direction}")
        expect(texts[len(known):] == ["\u2013"] * (len(texts) - len(known)), "what is not known comes last")
    page.locator("#changes-table th[data-name=practice_name] button").click()
    names = column(page, "changes-table", "practice_name")
    expect(names == sorted(names), "names are in order")
    expect(heading.get_attribute("aria-sort") == "none", "one column is sorted by at a time")
    # The first stop of the tabulator is the way past everything else.
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.reload()
    page.keyboard.press("Tab")
    expect(page.evaluate("document.activeElement.className") == "skip", "the skip link comes first")
    page.keyboard.press("Enter")
    expect(page.evaluate("document.activeElement.id") == "main", "it leads to the content")
    seen.close("sorting")


def downloaded(page, table):
    """A table's file, as rows by column."""
    tools = page.locator(f".table:has(#{table}) + .tools button")
    # Chromium takes more than ten in a second for an attack.
    page.wait_for_timeout(150)
    with page.expect_download() as waiting:
        tools.click()
    path = waiting.value.path()
    expect(waiting.value.suggested_filename == f"{table}.csv", f"{table} is saved under its name")
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def check_downloads(browser, path, program, folder):
    """What is saved is what `run` writes, and only the rows that are shown."""
    seen = Watched(browser, path)
    demo = folder / "demo"
    subprocess.run([program, "run", "--year", "2021-22,2023-24", f"--patients={demo / 'patients.csv'}",
                    f"--events={demo / 'events.csv'}", "--practices", demo / "practices.csv", "--format", "csv", "--output",
                    folder / "run.csv"], check=True, stderr=subprocess.DEVNULL)
    with open(folder / "run.csv", encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    rows = downloaded(seen.page, "practices-table")
    own = [{name: row[name] for name in expected[0]} for row in rows]
    expect(own == expected, f"all {len(expected)} rows of `run` in its order, cell by cell")
    seen.page.fill("#practice", rows[0]["practice_code"])
    fewer = downloaded(seen.page, "practices-table")
    expect({row["practice_code"] for row in fewer} == {rows[0]["practice_code"]}, "only the rows that are shown")
    seen.close("downloads")


def check_hostile(browser, path):
    """Nothing that somebody typed runs, here or in a spreadsheet."""
    seen = Watched(browser, path)
    page = seen.page
    page.hover("#practices-table tbody tr")
    for table in page.evaluate("Array.from(document.querySelectorAll('table')).map((table) => table.id)"):
        cells = [cell for row in downloaded(page, table) for cell in row.values() if cell]
        numbers = lambda text: text.lstrip("-").replace(".", "", 1).isdigit()
        unsafe = [cell for cell in cells if cell[0] in "=+-@\t\r" and not numbers(cell)]
        expect(not unsafe, f"{table}: no cell is a formula {unsafe or ''}")
    names = {row["practice_name"] for row in downloaded(page, "practices-table")}
    expect(SCRIPT in names and "'" + FORMULA in names, "the names are there, as text")
    expect(page.locator("img").count() == 0 and page.locator("script").count() == 1, "no element came of a name")
    area = page.locator("#area option").filter(has_text="<img").inner_text()
    page.select_option("#area", area)
    expect(shown(page, "practices-table") > 0, "an area of that name can be chosen")
    expect("\u202e" not in page.content(), "text cannot be turned round")
    seen.close("hostile names")


def published_pages(program, folder):
    """The pages of the same extract that are fit to be published: of practices, and of areas."""
    tables = [f"--{name}={folder / 'demo' / name}.csv" for name in ["patients", "events", "practices"]]
    pages = {"suppressed": ["--suppress", "5"], "areas": ["--by", "area", "--round", "5"]}
    for name, more in pages.items():
        uptake(program, "report", "--year", "2021-22,2023-24", *tables, *more, "--output", folder / f"{name}.html")
    return [folder / f"{name}.html" for name in pages]


def check_published(browser, suppressed, areas, shots):
    """What is withheld sorts last and is saved as such; groups can be filtered as practices are."""
    seen = Watched(browser, suppressed, viewport={"width": 1280, "height": 850})
    page = seen.page
    page.screenshot(path=shots / "suppressed.png", full_page=True)
    page.locator("#practices-table th[data-name=numerator] button").click()
    texts = column(page, "practices-table", "numerator")
    withheld = texts.count("[c]")
    expect(withheld > 5 and texts[-withheld:] == ["[c]"] * withheld, f"{withheld} withheld counts come last")
    rows = downloaded(page, "practices-table")
    expect(all(row["disclosure"] == "suppressed below 5" for row in rows), "a saved table says what was withheld")
    expect(sum(row["numerator"] == "[c]" for row in rows) == withheld, "and withholds it too")
    seen.close("suppressed")
    seen = Watched(browser, areas, viewport={"width": 390, "height": 850})
    page = seen.page
    page.screenshot(path=shots / "areas-phone.png", full_page=True)
    expect("3 of 3 areas shown" in page.inner_text("#shown"), "areas are counted")
    page.fill("#practice", "newham")
    expect(set(column(page, "practices-table", "area")) > {"Newham"} and shown(page, "practices-table") == 8,
           "one area's rows are left")
    cut = page.evaluate("""Array.from(document.querySelectorAll("#years svg text")).filter((text) => {
        const [own, all] = [text.getBoundingClientRect(), text.closest("svg").getBoundingClientRect()];
        return own.width && (own.left < all.left - 1 || own.right > all.right + 1);
    }).map((text) => text.textContent)""")
    expect(not cut, f"no name is cut off {cut or ''}")
    seen.close("areas")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--uptake", default="target/debug/uptake", help="the program; by default the one built last")
    arguments.add_argument("--shots", type=pathlib.Path, help="where screenshots go; by default a new folder")
    arguments = arguments.parse_args()
    program = str(pathlib.Path(arguments.uptake).resolve())
    shots = arguments.shots or pathlib.Path(tempfile.mkdtemp(prefix="uptake-screenshots-"))
    shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        folder = pathlib.Path(folder)
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        path = demo_page(program, folder)
        check_looks(browser, path, shots)
        check_filters(browser, path)
        check_sorting(browser, path)
        check_downloads(browser, path, program, folder)
        check_published(browser, *published_pages(program, folder), shots)
        check_hostile(browser, hostile_page(program, folder))
        print(f"Chromium {browser.version}; screenshots are in {shots}")
        browser.close()
    if failures:
        sys.exit(f"{len(failures)} checks fail")


if __name__ == "__main__":
    main()
