"""Says what the surroundings do not give the recorder: Linux, files, processes, memory, a folder.

Plain Python needs less of each. So the command says which limit it met and how to raise it, instead
of showing a traceback of its own.
"""

from __future__ import annotations

import errno
import os

ELSEWHERE = """\
Whole programs are recorded on Linux only: the recorder needs what its kernel tells of processes.
Here you can record the threads of one process:

  movazi record --threads-only my_program.py

In a container, such as Docker's, all of it works, from the folder of your program:

  docker run --rm -it -v "$PWD:/work" -w /work python:3 \\
      sh -c "pip install movazi && movazi record my_program.py"

On Windows, WSL can too. GitHub Codespaces are Linux."""
"""What a user of another system is told."""

FILES = 48
"""Files that the command has open at most, those of its surroundings included."""

MEMORY = 64
"""MiB of address space that the command needs, the threads' stacks included."""

HINTS = {
    errno.EMFILE: "too few files may be open (see `ulimit -n`)",
    errno.ENFILE: "this machine has too many files open",
    errno.EAGAIN: "too few processes and threads are allowed (see `ulimit -u`)",
    errno.ENOMEM: "there is too little memory (see `ulimit -v`)",
    errno.ENOSPC: "no space is left",
    errno.EDQUOT: "no space is left for this user",
    errno.EFBIG: "files may not be that large (see `ulimit -f`)",
    errno.EROFS: "nothing can be written there",
}
"""What an error of the system means here."""


def lack() -> str:
    """Return what is wrong if this process may not open enough files or map enough memory, else "".

    With a little less memory than needed, anything could fail: threads, imports, even exceptions.
    """
    import resource  # noqa: PLC0415  (Windows does not have it)

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files != resource.RLIM_INFINITY and files < FILES:
        return (
            f"the recorder needs {FILES} open files, and {files} are allowed: try `ulimit -n 256`"
        )
    memory, _ = resource.getrlimit(resource.RLIMIT_AS)
    if memory != resource.RLIM_INFINITY and memory >> 20 < MEMORY:
        allowed = f"{memory >> 20} MiB are allowed: try `ulimit -v 1000000`"
        return f"the recorder needs {MEMORY} MiB of memory, and {allowed}"
    return ""


def make_up() -> None:
    """Open the descriptors 0 to 2 if they are closed. Raises OSError.

    A file of ours must not get their numbers. The program's streams are None all the same.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # gets the lowest number
    os.getcwd()  # noqa: PTH109  (raises if the current folder was removed)


def explain(error: BaseException) -> str:
    """Return what was lacking when an exception came, or "" if it has another reason."""
    if isinstance(error, MemoryError):
        return HINTS[errno.ENOMEM]
    if isinstance(error, OSError) and error.errno in HINTS:
        place = f": {error.filename}" if error.filename else ""
        return HINTS[error.errno] + place
    # That of getcwd(); `tempfile` has words of its own.
    gone = os.strerror(errno.ENOENT)
    if isinstance(error, FileNotFoundError) and (error.filename, error.strerror) == (None, gone):
        return "the current folder does not exist any more"
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return "no thread can be started (see `ulimit -u` and `ulimit -v`)"
    return ""
