"""Records a program of the student's own into one page that stands alone.

    MY_PROGRAM.py ──engine──> Recording ──page──> run.html
                       └─terminal──> what it prints, as it comes
    with movazi.record(): ──part──> Recording ──page──> run.html

`command` is `movazi record`. `part` records a part of a program from inside of its process, for
`block` (a `with`), `notebook` (a cell) and `webapp.pytest_plugin` (a test). All need only the
standard library, since they run in the student's own interpreter.
"""
