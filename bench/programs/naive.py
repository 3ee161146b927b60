"""For comparison, a plain Flask route that runs the demo in the web process.

The course report did this. `print` is redirected while the demo runs, the demo's threads are the
server's, and the answer is sent when the demo has ended.
"""

from contextlib import redirect_stdout
from importlib.util import module_from_spec, spec_from_file_location
from io import StringIO

from flask import Flask, Response, request

from webapp.lessons.folders import TOPICS

app = Flask(__name__)


def _load(path: str) -> object:
    spec = spec_from_file_location("demo", TOPICS / path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


demo = _load("thread_subclass/demos/sleep_inside_run.py")


@app.post("/run")
def run() -> Response:
    """Run ten threads that sleep a second; return what they printed."""
    printed = StringIO()
    with redirect_stdout(printed):
        demo.main(  # type: ignore[attr-defined]
            int(request.form["thread_count"]), float(request.form["sleep_seconds"])
        )
    return Response(printed.getvalue(), mimetype="text/plain")


@app.get("/")
def page() -> str:
    return "a page"
