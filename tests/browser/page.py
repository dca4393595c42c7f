"""A report in headless Chromium: what a test asks of it."""

import base64
import json
import pathlib
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

# Without the background-networking flags Chromium itself looks up hosts of its maker.
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1", "--lang=en"]

SHIFTS = """
window.shifts = 0;
new PerformanceObserver(list => list.getEntries().forEach(e => { window.shifts += e.value; }))
  .observe({type: 'layout-shift', buffered: true});
"""


class Page:
    """One browser for many pages; `open` starts afresh with a width and a colour scheme."""

    def __init__(self):
        options = webdriver.ChromeOptions()
        for flag in FLAGS:
            options.add_argument(flag)
        options.binary_location = "/usr/bin/chromium"
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_script_timeout(60)
        self.cdp("Page.addScriptToEvaluateOnNewDocument", source=SHIFTS)

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def open(self, file, width=1280, scheme="light"):
        self.driver.get_log("browser"), self.driver.get_log("performance")
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
                 mobile=width < 500)
        self.media("screen", scheme)
        self.file = pathlib.Path(file).resolve()
        self.driver.get(self.file.as_uri())

    def media(self, kind, scheme="light"):
        self.cdp("Emulation.setEmulatedMedia", media=kind,
                 features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.until("!window.meshplanReport || window.meshplanReport.theme.paper === "
                   "getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()")
        self.settle()

    def until(self, condition):
        """Waits for a condition: charts follow the medium one frame after the style sheet."""
        for _ in range(600):
            if self.js(condition):
                return
            time.sleep(.05)
        raise AssertionError(condition)

    def settle(self):
        """Waits until two frames have been drawn."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));")

    def js(self, script, *arguments):
        return self.driver.execute_script("return " + script, *arguments)

    def find(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self):
        """Everything that was asked for since the page was opened, but the page itself."""
        asked = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
            if message["method"] == "Network.webSocketCreated":
                asked.append(message["params"]["url"])
        return [url for url in asked if url.split("#")[0] != self.file.as_uri()]

    def colors(self, chart):
        """How many pixels of a canvas have each colour, as {'#rrggbb': n}; see-through ones left out."""
        return self.js("""(id => {
          const canvas = document.querySelector(`canvas[data-chart="${id}"]`);
          const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data, count = {};
          for (let i = 0; i < pixels.length; i += 4) {
            if (pixels[i + 3] < 250) continue;
            const hex = '#' + [0, 1, 2].map(c => pixels[i + c].toString(16).padStart(2, '0')).join('');
            count[hex] = (count[hex] || 0) + 1;
          }
          return count;
        })(arguments[0])""", chart)

    def drawn_pixels(self, chart):
        return self.js("""(id => {
          const canvas = document.querySelector(`canvas[data-chart="${id}"]`);
          const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          let n = 0;
          for (let i = 3; i < pixels.length; i += 4) n += pixels[i] > 20;
          return n;
        })(arguments[0])""", chart)

    def screenshot(self, file):
        shot = self.cdp("Page.captureScreenshot", captureBeyondViewport=True)
        pathlib.Path(file).write_bytes(base64.b64decode(shot["data"]))

    def quit(self):
        self.driver.quit()
