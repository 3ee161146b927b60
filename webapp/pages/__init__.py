"""The pages: what a visitor sees, in both languages.

`site`        what all pages stand on, wired by `create_app`
`wording`     the interface's texts
`addresses`   where everything is
`assets`      the static files, under an address that changes with their content
`prose`       a topic's Markdown, rendered once
`source`      a demo's source, highlighted once
`form`        a demo's declaration as a form, and what was wrong with an entry
`transcript`  events as lines on the screen
`result`      what a run that is over shows
`live`        a run as a stream: server-sent events, or a page that grows
`layout`      what every page has around its content
`topics`, `home`, `runs`   the blueprints
`errors`, `guard`, `compression`   around every answer: what is wrong, what is safe, what is small
"""
