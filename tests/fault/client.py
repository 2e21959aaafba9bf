"""A client for trials of `papertag serve` in which something fails: every request has an answer that is whole, or the
connection ends; no request hangs, and the server ends when it is told to."""
import http.client
import queue
import subprocess
import threading

HTML = [("GET", path, None) for path in (
    "/", "/?q=multimodal", "/?view=week", "/papers/sample-01", "/papers/sample-01?similar=1", "/tags", "/tags/multimodal",
    "/review", "/subscriptions", "/discover", "/trends", "/feed.atom", "/export/csv", "/static/page.css", "/nothing")]
FORMS = [("POST", "/verdict", "id=sample-03&yes=safety"), ("POST", "/undo", ""), ("POST", "/mark", "id=sample-04&set=read"),
         ("POST", "/note", "id=sample-04&note=later"), ("POST", "/review", "id=sample-05&tag=agents&verdict=no&back=/review"),
         ("POST", "/subscriptions", "name=new&q=multimodal"), ("POST", "/subscriptions/end", "name=you"),
         ("POST", "/subscriptions/undo", "name=you")]
PAPER = '{"id":"new-1","title":"Tiny bits","abstract":"We quantize weights."}\n'
API = [("GET", "/api/v1/papers?limit=5", None), ("GET", "/api/v1/papers/sample-01/explanation?tag=multimodal", None),
       ("GET", "/api/v1/tags", None), ("GET", "/api/v1/questions", None), ("GET", "/api/v1/openapi.json", None),
       ("POST", "/api/v1/tagging", PAPER * 50), ("POST", "/api/v1/tagging", [PAPER.encode()] * 3), ("POST", "/api/v1/imports", PAPER),
       ("POST", "/api/v1/verdicts", '{"verdicts":[{"id":"sample-03","tag":"safety","verdict":"no"}]}'), ("POST", "/api/v1/undo", "{}")]
REQUESTS = {"serve-pages": HTML, "serve-forms": FORMS, "serve-api": API}


def ask(port, method, path, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    media = "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"
    try:
        connection.request(method, path, body, {"Origin": f"http://127.0.0.1:{port}", "Content-Type": media})
        answer = connection.getresponse()
        data = answer.read()
    except TimeoutError:
        raise AssertionError(f"{method} {path} hangs") from None
    except (OSError, http.client.HTTPException):
        return  # without memory a connection ends
    finally:
        connection.close()
    if answer.headers.get_content_type() == "text/html" and answer.status not in (303, 304):
        assert b"</html>" in data, f"{method} {path}: status {answer.status}, half a page"


def serve(program, name, env):
    """Starts the server, asks for all that the trial's name means, and ends it: what subprocess.run would return."""
    process = subprocess.Popen([program, "serve", "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, errors="replace")
    line = queue.Queue()
    threading.Thread(target=lambda: line.put(process.stdout.readline()), daemon=True).start()
    try:
        said = line.get(timeout=60)
        for request in REQUESTS[name] if said else ():
            ask(int(said.rstrip("/\n").rsplit(":", 1)[1]), *request)
        process.terminate()
        out, err = process.communicate(timeout=60)
    except queue.Empty:
        raise AssertionError("the server does not start, and does not say why") from None
    finally:
        process.kill()
        process.wait()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)
