"""Runs a Python program in a process tree of its own and records what it does.

Standard library only, and nothing of the web or of the topics.

    visitor ──> runner ──socket──> launcher ──fork──> supervisor ──fork──> program
                  ^ ^                                     │                 │ │ │
                  │ └─────────────────── socket <─────────┘                 │ │ │
                  └──────────── three FIFOs of the slot <───────────────────┴─┴─┘
                                (events, stdout, stderr)

`runner` is the interface; `embedded` implements it in this process and `webapp.cluster` on many
machines. `engine_thread` does all the work, and `launcher`, `supervisor` and `main_process` are the
processes below it. `wire` holds the messages between them, `events` and `recording` what a run
reports.

The package itself imports nothing: a spawned child of a program loads the recorder only.
"""
