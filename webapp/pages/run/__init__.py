"""One run: live, and kept at /LANGUAGE/runs/ID.

`blueprint`  the routes
`live`       a run as a stream: server-sent events, or a page that grows
`keeping`    stores a run when it ends, before its result is rendered
`kept`       finds kept runs; `links`: their addresses; `past`: renders a whole one
`result`     the panel below an ended run; `answers`: what the run says to the demo's questions
`lanes`      the timeline of a run, as `webapp.timeline` draws it
"""
