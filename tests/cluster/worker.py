"""A worker for the tests' programs: python -m tests.cluster.worker URL ROOT NAME LIMITS NEEDS.

LIMITS is a JSON object. NEEDS is a JSON list of the needs that programs may have.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from webapp.cluster.serving import serve
from webapp.engine.limits import Limits
from webapp.engine.machines import Needs, this_machine
from webapp.engine.surroundings import bare

url, root, name, limits, needs = sys.argv[1:]
serve(
    url,
    Path(root),
    [Needs(**one) for one in json.loads(needs)],
    machine=this_machine(name),
    limits=Limits(**json.loads(limits)),
    around=bare(),
)
