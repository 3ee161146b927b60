"""Records a program of the student's own into one page that stands alone.

    MY_PROGRAM.py ──engine──> Recording ──page──> run.html
                       └─terminal──> what it prints, as it comes

`command` is `python -m webapp.engine record`. It needs only the standard library, since it runs in
the student's own interpreter.
"""
