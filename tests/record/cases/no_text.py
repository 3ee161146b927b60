"""What it prints is no text, such as an image, or in another encoding; a character comes in halves."""

import os
import sys

sys.stdout.buffer.write(bytes(range(256)))
sys.stdout.flush()
os.write(1, b"\xff\\udcff\xc3")
os.write(1, b"\xa9\n")
for half in ("é".encode()[:1], "é".encode()[1:] + b"\\udcff\n"):
    sys.stdout.buffer.write(half)
    sys.stdout.flush()
sys.stdout.reconfigure(encoding="latin-1")
print("é")
