"""The pages: what a visitor sees, in both languages.

`site`        what all pages stand on, wired by `create_app`
`wording`     the interface's texts
`addresses`   where everything is
`assets`      the static files, under an address that changes with their content
`prose`       a topic's Markdown, rendered once
`source`      a demo's source, highlighted once
`form`        a demo's declaration as a form, and what was wrong with an entry
`transcript`  events as lines on the screen
`result`      what a run that is over shows; `receipt`: what proves it
`live`        a run as a stream: server-sent events, or a page that grows
`lanes`       who ran when, as `webapp.timeline` draws it
`repeat`      one demo thirty times; `compare`: two of them side by side (folders)
`htmx`        what htmx asks for, and how it is answered
`kept`        runs that are over, found again; `links`: where they are; `past`: drawn as a whole
`examples`    the run that a demo's page shows before the first one
`download`    files to take away
`layout`      what every page has around its content
`topics`, `home`, `runs`, `record`   the blueprints
`errors`, `guard`, `compression`   around every answer: what is wrong, what is safe, what is small
"""
