"""The pages: what a visitor sees, in every language.

`site`     what all pages share: layout, static files, errors; and the pages outside the course
`demo`     a topic's page with one of its demos
`run`      one run, live or kept
`repeat`   one demo, thirty times
`check`    the questions at a topic's end
`compare`  two demos side by side
`texts`    the words about a run; the only part that `webapp.recording` uses

The modules beside them serve all of these: security, limits, addresses, the answers to htmx.
"""
