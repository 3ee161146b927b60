"""The runner for many machines: Celery carries the runs, Redis Streams carry what they report.

    web server ──start──> Celery's queues ──> worker: claims the run, and follows it in its own
        │                                              engine (`webapp.engine.embedded`)
        ├──follow──< stream of the run <───events, ending──┘    │
        └──cancel──> stream of the worker's orders ─────────────┘

`board`       Redis as servers and workers use it: every question and every step
`keys`        the names of all that is kept there
`records`     what stands under them, and how it is written
`scripts`     the steps that must happen at once, in Lua
`connection`  how Redis is reached, and what is raised where it is not
`runner`      the seam, for web servers: `runner.Runner` of the engine
`reader`      reads the streams of all runs that a server follows
`roster`      which workers there are, for who must not wait for the answer
`queues`      which queue a program waits in, by what it needs, and what Celery is told
`endings`     how runs end that no engine has seen to their end
`worker`      a machine that runs programs: claims runs, reports them, announces itself
`serving`     starts a worker: Celery, which gives it its runs, and its engine

`python -m webapp.cluster` is the command.

Knows the engine, Celery and Redis, and nothing of lessons, pages or Flask.
"""
