"""Records a program of the student's own into one page that needs nothing else.

    MY_PROGRAM.py ──engine──> Recording ──page──> run.html
                       └─terminal──> what it prints, as it comes

`command`     `python -m webapp.engine record`: what it takes, and what it does in which order
`source`      the program's file, refused before anything runs where it is no program
`page_file`   the file that is written, all of it or nothing
`terminal`    where the program's output goes on to
`interrupts`  Ctrl-C, which is the program's first
`page`        the page, out of `timeline`'s figure; with `highlight` and `inline`
`unseen`      what the recorder cannot see of this very program

All of it is the standard library, for it runs in whichever interpreter the student has.
"""
