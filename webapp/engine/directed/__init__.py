"""Directs a run: a schedule decides which thread goes on, and time is virtual.

    points ──footprint──> scheduler ──turn──> one worker at a time
                             ^
    locks, threads, clock ───┘ waits, ends, sleeps

A directed run is a real run of the same file by the same interpreter. One worker holds the turn.
Before each step that touches what threads can share it may pass the turn on: `points` finds these
steps in the program's own file, and `locks`, `threads` and `clock` replace what blocks. `install`
puts all of it into a run's process. `trial` has the `fork_server` run one schedule in a child, and
`searching` chooses the schedules; `reduction` says which of them can make a difference. The fork
server is an interpreter of its own (`server_process`).

All of it is loaded in the launcher, before the recorder hides the package from programs.
"""
