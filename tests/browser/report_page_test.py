"""The HTML report, as a reader's browser shows it.

    python3 report_page_test.py MESHPLAN SAMPLE_PAGE CHECKOUT [unittest arguments]
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import jsonschema
from selenium.webdriver.common.keys import Keys

from page import Page

MESHPLAN, SAMPLE_PAGE, CHECKOUT = sys.argv[1:4]
OUTAGE = 302_400  # seconds: the link of the media mesh fails after 3 d 12 h


def setUpModule():
    global page, folder, run, report, sample
    folder = tempfile.TemporaryDirectory()
    at = pathlib.Path(folder.name)
    report, sample = at / "out.html", at / "sample.html"
    made = subprocess.run(
        [MESHPLAN, "run", f"{CHECKOUT}/scenarios/media_mesh.yaml", "--replicates", "30", "--db", at / "meshplan.db",
         "--report", report, "--format", "json", "--series"], capture_output=True, text=True, timeout=300)
    assert made.returncode in (0, 3), made.stderr
    run = json.loads(made.stdout)
    sample.write_bytes(subprocess.run([SAMPLE_PAGE], capture_output=True, check=True, timeout=60).stdout)
    page = Page()


def tearDownModule():
    page.quit()
    folder.cleanup()


def plain(text):
    return " ".join(text.replace("\u00a0", " ").replace("\u200b", "").split())


def band(quantity, subject):
    return next(b for b in run["series"]["bands"]
                if b["quantity"] == quantity and b["subject"] == subject and "owner" not in b)


class ReportPage(unittest.TestCase):
    def setUp(self):
        page.open(report)

    def test_is_quiet_and_complete_in_itself(self):
        page.js("window.scrollTo(0, document.body.scrollHeight)")
        page.settle()
        self.assertEqual(page.complaints(), [])
        self.assertEqual(page.requests(), [])
        self.assertLess(report.stat().st_size, 2_000_000)

    def test_says_what_the_json_says(self):
        status = "OK" if run["verdict"]["ok"] else "FAIL"
        self.assertEqual(plain(page.find("h1")[0].text), f"{status} {run['verdict']['headline']}")
        self.assertIn(plain(run["verdict"]["next_step"]), plain(page.find("#verdict dl")[0].text))
        outcomes = {(o["metric"], o["subject"]): o for o in run["outcomes"]}
        shown = page.js("window.meshplanReport.data.outcomes")
        self.assertGreater(len(shown), 10)
        for figure in shown:
            for key in ("unit", "p5", "p50", "p95", "p99", "probability"):
                self.assertEqual(figure[key], outcomes[figure["metric"], figure["subject"]][key], figure)

    def test_every_chart_is_drawn_in_the_colours_of_its_series(self):
        palette = page.js("[...Array(10)].map((_, i) => i === 0 ? '' : "
                          "getComputedStyle(document.documentElement).getPropertyValue('--c' + i).trim())")
        charts = page.js("Object.entries(window.meshplanReport.data.charts).map(([id, c]) => "
                         "[id, c.kind, c.series.filter(s => !s.dash).map(s => s.color)])")
        self.assertGreater(len(charts), 12)
        self.assertEqual(len(charts), len(page.find("canvas")))
        for chart, kind, colors in charts:
            with self.subTest(chart):
                if kind == "stack":
                    self.assertGreater(page.drawn_pixels(chart), 5_000)
                else:
                    painted = page.colors(chart)
                    for color in colors:
                        self.assertGreater(painted.get(palette[color], 0), 30, palette[color])

    def test_a_chart_holds_the_bands_of_the_run(self):
        drawn = page.js("window.meshplanReport.charts.get('volume-media-prod-data-used').data.datasets"
                        ".map(d => [d.role, d.data])")
        wanted = band("volume_used", "media-prod/data")
        for role, key in (("low", "p5"), ("line", "p50"), ("band", "p95")):
            points = next(data for r, data in drawn if r == role)
            self.assertEqual(len(points), len(wanted["t"]))
            for point, t, value in zip(points, wanted["t"], wanted[key]):
                self.assertAlmostEqual(point["x"], t, delta=1)
                self.assertAlmostEqual(point["y"], value, delta=1e-3 * value)

    def test_the_incident_is_marked_at_its_time(self):
        found = page.js("""(at => {
          const chart = window.meshplanReport.charts.get('volume-media-prod-data-used'), x = chart.scales.x;
          const area = chart.chartArea, ratio = chart.currentDevicePixelRatio;
          const column = Math.round((Math.round(x.getPixelForValue(at)) + .5) * ratio - .5);
          const pixels = chart.ctx.getImageData(column, area.top * ratio, 1, area.height * ratio).data;
          let dark = 0;
          for (let i = 0; i < pixels.length; i += 4) dark += pixels[i + 3] > 200 && pixels[i] < 110;
          return {share: dark / (pixels.length / 4), labels: chart.marksDrawn,
                  expected: area.left + area.width * at / window.meshplanReport.data.horizon};
        })(arguments[0])""", OUTAGE)
        self.assertGreater(found["share"], .35)  # a dashed line from top to bottom
        label = next(m for m in found["labels"] if m["text"] == "link outage")
        self.assertAlmostEqual(label["x"], found["expected"], delta=1)
        mark = page.js("window.meshplanReport.data.charts['volume-media-prod-data-used'].marks[0]")
        self.assertEqual(mark["from"], OUTAGE)

    def test_the_end_of_the_disk_is_a_line_across(self):
        chart = page.js("window.meshplanReport.data.charts['volume-media-prod-data-used']")
        full = next(line for line in chart["lines"] if line["name"] == "full")
        self.assertAlmostEqual(full["value"], 250 * 2 ** 30 * .95)
        share = page.js("""(value => {
          const chart = window.meshplanReport.charts.get('volume-media-prod-data-used'), area = chart.chartArea;
          const pixels = chart.ctx.getImageData(area.left, Math.round(chart.scales.y.getPixelForValue(value)), area.width, 1).data;
          let red = 0;
          for (let i = 0; i < pixels.length; i += 4) red += pixels[i] > pixels[i + 2] + 60;
          return red / (pixels.length / 4);
        })(arguments[0])""", full["value"])
        self.assertGreater(share, .8)

    def test_behind_every_chart_is_a_table(self):
        for figure in page.find("figure"):
            rows = page.js("arguments[0].querySelectorAll('details tbody tr').length", figure)
            self.assertGreaterEqual(rows, 2, figure.get_attribute("id"))
        figure = page.find("#volume-media-prod-data-used")[0]
        figure.find_element("css selector", "summary").send_keys(Keys.ENTER)
        self.assertIn("P95", figure.find_element("css selector", "table").text)

    def test_the_verdict_leads_to_its_chart_and_back(self):
        link = page.find("#verdict a")[0]
        target = link.get_attribute("href").split("#")[1]
        page.js("document.documentElement.style.scrollBehavior = 'auto'")
        link.click()
        page.settle()
        self.assertAlmostEqual(page.js("document.getElementById(arguments[0]).getBoundingClientRect().top", target),
                               16, delta=4)
        page.find(f"#{target} .back")[0].click()
        page.settle()
        self.assertLess(page.js("window.scrollY"), 200)

    def test_links_lead_somewhere(self):
        self.assertEqual(page.js("[...document.querySelectorAll('a')].filter(a => "
                                 "!document.getElementById(a.hash.slice(1))).map(a => a.outerHTML)"), [])

    def test_the_keyboard_zooms_all_charts_over_time(self):
        reach = "[...window.meshplanReport.charts.values()].filter(c => c.meshplan.x === 'time')" \
                ".map(c => c.scales.x.max - c.scales.x.min)"
        whole = page.js(reach)
        canvas = page.find("#volume-media-prod-data-used canvas")[0]
        page.js("arguments[0].focus()", canvas)
        canvas.send_keys("+")
        for span, before in zip(page.js(reach), whole):
            self.assertAlmostEqual(span, before / 2, delta=1)
        canvas.send_keys(Keys.ARROW_RIGHT)
        self.assertGreater(page.js("window.meshplanReport.charts.get('volume-media-prod-data-used').scales.x.min"),
                           whole[0] / 4)
        canvas.send_keys(Keys.ESCAPE)
        self.assertEqual(page.js(reach), whole)

    def test_a_legend_entry_hides_its_series(self):
        visible = "window.meshplanReport.charts.get('volume-media-prod-data-owners').isDatasetVisible(0)"
        button = page.find("#volume-media-prod-data-owners .legend button[data-series='0']")[0]
        self.assertTrue(page.js(visible))
        button.send_keys(Keys.ENTER)
        self.assertFalse(page.js(visible))
        self.assertEqual(button.get_attribute("aria-pressed"), "false")

    def test_nothing_moves_while_it_loads(self):
        for width in (1280, 360):
            page.open(report, width)
            page.js("window.scrollTo(0, 3000)")
            page.settle()
            self.assertLess(page.js("window.shifts"), .01, width)


class Surroundings(unittest.TestCase):
    def luminance(self, color):
        red, green, blue = (int(color.lstrip("#")[i:i + 2], 16) / 255 for i in (0, 2, 4))
        linear = [c / 12.92 if c <= .03928 else ((c + .055) / 1.055) ** 2.4 for c in (red, green, blue)]
        return .2126 * linear[0] + .7152 * linear[1] + .0722 * linear[2]

    def contrast(self, a, b):
        high, low = sorted((self.luminance(a), self.luminance(b)), reverse=True)
        return (high + .05) / (low + .05)

    def variable(self, name):
        return page.js("getComputedStyle(document.documentElement).getPropertyValue(arguments[0]).trim()", name)

    def test_text_is_readable_in_light_dark_and_print(self):
        for kind, scheme in (("screen", "light"), ("screen", "dark"), ("print", "light"), ("print", "dark")):
            with self.subTest(f"{kind} {scheme}"):
                page.open(report)
                page.media(kind, scheme)
                paper = self.variable("--paper")
                self.assertEqual(self.luminance(paper) < .1, (kind, scheme) == ("screen", "dark"))
                for text in ("--ink", "--soft", "--accent", "--good", "--bad"):
                    self.assertGreater(self.contrast(self.variable(text), paper), 4.5, text)
                blue = self.variable("--c1")
                self.assertGreater(page.colors("volume-media-prod-data-used").get(blue, 0), 100)
                self.assertEqual(page.complaints(), [])

    def test_print_shows_charts_and_leaves_out_what_one_clicks(self):
        page.open(report)
        page.media("print")
        self.assertFalse(page.find("nav")[0].is_displayed())
        self.assertFalse(page.find("figure details")[0].is_displayed())
        self.assertTrue(page.find("#volume-media-prod-data-used canvas")[0].is_displayed())
        paper = page.cdp("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)
        self.assertGreater(len(paper["data"]), 50_000)

    def test_a_phone_of_360_pixels_needs_no_sideways_scrolling(self):
        for file in (report, sample):
            page.open(file, 360)
            self.assertLessEqual(page.js("document.documentElement.scrollWidth"), 360)
            wide = page.js("""[...document.querySelectorAll('body *')].filter(e =>
              e.getBoundingClientRect().right > 361 && !e.closest('.scroll, pre, .skip, details:not([open])'))
              .map(e => e.outerHTML.slice(0, 120))""")
            self.assertEqual(wide, [])


class WithFindings(unittest.TestCase):
    def test_every_section_is_there_and_drawn(self):
        page.open(sample)
        self.assertEqual(page.complaints(), [])
        for section in ("mechanisms", "influences", "queries", "accuracy", "assumptions", "reproduce"):
            self.assertTrue(page.find(f"#{section} h2")[0].is_displayed(), section)
        tornado = page.find("#influences canvas")[0].get_attribute("data-chart")
        colors = page.colors(tornado)
        self.assertGreater(colors.get("#0072b2", 0), 200)  # low
        self.assertGreater(colors.get("#e69f00", 0), 200)  # high
        self.assertEqual(page.find("#mechanisms td.best")[0].text.split()[0], "50")
        self.assertIn("local", page.find("#queries table")[0].text)

    def test_the_timeline_is_numbered_like_its_chart(self):
        page.open(sample)
        rows = [plain(row.text) for row in page.find("#replicate-bad .story tbody tr")]
        self.assertIn("media-prod/data is full", rows[-1])
        marks = page.js("window.meshplanReport.data.charts['replicate-bad-owners'].marks")
        self.assertEqual(marks[-1]["from"], 400_000)
        self.assertEqual(marks[-1]["short"], str(len(rows)))


class Data(unittest.TestCase):
    def test_the_json_keeps_to_its_published_schema(self):
        schema = json.loads(subprocess.run([MESHPLAN, "schema", "--results"], capture_output=True, check=True).stdout)
        jsonschema.validate(run, schema)
        self.assertEqual(set(run) - set(schema["properties"]), set())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
