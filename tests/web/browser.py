"""A browser driven over the WebDriver protocol (chromedriver), with the standard library alone."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Down": "\ue015", "Tab": "\ue004"}


def missing():
    """What is missing to drive a browser; "" when nothing is."""
    for name in ("chromium", "chromedriver"):
        if not shutil.which(name):
            return name
    return ""


class Browser:
    def __init__(self, script=True, dark=False):
        self.folder = tempfile.TemporaryDirectory()
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True)
        port = ""
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                port = line.rstrip(".\n").rsplit(" ", 1)[1]
                break
        self.base = f"http://127.0.0.1:{port}"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     f"--user-data-dir={self.folder.name}"]
        if dark:
            arguments.append("--blink-settings=preferredColorScheme=0")
        options = {"args": arguments}
        if not script:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        always = {"browserName": "chrome", "goog:chromeOptions": options}
        self.session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": always}})["sessionId"]

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(json.load(error)["value"]["message"].splitlines()[0]) from None

    def do(self, method, path, body=None):
        return self.call(method, f"/session/{self.session}{path}", body)

    def open(self, url):
        self.do("POST", "/url", {"url": url})

    def url(self):
        return self.do("GET", "/url")

    def size(self, width, height=900):
        self.do("POST", "/window/rect", {"width": width, "height": height})

    def run(self, script, *arguments):
        return self.do("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def run_async(self, script, *arguments):
        return self.do("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def find(self, selector):
        found = self.do("POST", "/elements", {"using": "css selector", "value": selector})
        return [one[ELEMENT] for one in found]

    def text(self, selector):
        return " ".join(self.do("GET", f"/element/{one}/text") for one in self.find(selector))

    def click(self, selector):
        self.do("POST", f"/element/{self.find(selector)[0]}/click", {})

    def type(self, selector, text):
        self.do("POST", f"/element/{self.find(selector)[0]}/value", {"text": text})

    def key(self, key):
        key = KEYS.get(key, key)
        strokes = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.do("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.do("GET", "/screenshot")))

    def wait(self, condition, what):
        for _ in range(100):
            try:
                if condition():
                    return
            except (AssertionError, IndexError):
                pass  # the page is being replaced
            time.sleep(0.1)
        raise AssertionError(f"not within ten seconds: {what}")

    def close(self):
        try:
            self.do("DELETE", "")
        except (OSError, AssertionError, AttributeError):
            pass
        self.driver.terminate()
        self.driver.wait()
        try:
            self.folder.cleanup()
        except OSError:
            pass  # the browser has not let go of it yet
