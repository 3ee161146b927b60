"""Runs a Python program in a process tree of its own and records what it does.

Standard library only, and nothing of the web or of the topics.

    visitor ──> runner ──socket──> launcher ──fork──> supervisor ──fork──> program
                  ^ ^                                     │                 │ │ │
                  │ └─────────────────── socket <─────────┘                 │ │ │
                  └──────────── three FIFOs of the seat <───────────────────┴─┴─┘
                                (events, stdout, stderr)

`runner`        the seam: start, follow, cancel, state
`embedded`      the runner that needs nothing but Python; what it may be asked from any thread
`engine_thread` the one thread that carries it out, with its `seats`, its `link` to the launcher,
                `pace`, and `deadlock` and `verdict`, which tell how a run ended (`waits`: who waits
                for what, told from the events)
`runs`          the runs that are known, and their line (`fair`); `live_run`: one of them, as it is
                kept; `reports`: what comes from it, from bytes to events
`limits`        what it allows; `surroundings`: what a program finds around it
`run_folder`    where the seats are, and what killed servers have left of theirs
`launcher`      a warm process, exec'ed once, that forks a supervisor for each seat, ahead
`supervisor`    one run after another: starts the program, keeps its deadlines, ends its whole tree
                (`tree`)
`inherited`     the signals and the umask that a program begins with
`main_process`  what `python PROGRAM.py` would do, in the process that becomes the program;
                `leaving`: how it ends
`recorder`      what is installed in the program's processes and reports its steps
`program`       a file with its parameters
`machines`      what a machine has, and what a program may need of one
`events`        what is reported, and how it travels; `wire`: what the processes tell each other
`recording`     all that is known of a run that is over; `lateness`: how late its machine made it
`pressure`      how busy the machine is, by the kernel's counters
`shell`         any program from the command line, as JSON lines

The package itself imports nothing: a spawned child of a program loads the recorder only.
"""
