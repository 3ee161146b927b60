"""Forks a process that has loaded what the launcher has, and waits; prints the milliseconds."""

import gc
import importlib
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from webapp.engine import launcher, recorder

TIMES = 200

for name in launcher.WARM:
    importlib.import_module(name)
recorder.arm(observe=True)
gc.collect()
gc.freeze()
began = time.perf_counter()
for _ in range(TIMES):
    pid = launcher.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
print((time.perf_counter() - began) * 1000 / TIMES)
