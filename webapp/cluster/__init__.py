"""The engine's `Runner` for many machines: Celery distributes runs, Redis Streams carry events.

    web server ──start──> Celery's queues ──> worker: claims the run, and runs it in its own
        │                                              engine (`webapp.engine.embedded`)
        ├──follow──< stream of the run <───events, ending──┘    │
        └──cancel──> stream of the worker's orders ─────────────┘

`runner` is used by web servers, `worker` by `python -m webapp.cluster`. Both access Redis through
`registry`; `keys` documents the keys, `records` their values.

Uses the engine, Celery and Redis; nothing of pages or Flask.
"""
