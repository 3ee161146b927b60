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
`repeating`   runs a demo thirty times; `repeats`: what that shows; `repeat_stream`: as it happens
`compare`     two demos side by side: `compare_form` asks for them, `comparing` runs them,
              `compare_stream` tells it as it happens, `comparison` what came of them,
              `compare_sources` what differs in their sources; `compare_page`: all of it as a page
`pairs`       the course's own comparisons, and the ways to them from a demo
`htmx`        what htmx asks for, and how it is answered
`kept`        runs that are over, found again; `links`: where they are; `past`: drawn as a whole
`examples`    the run that a demo's page shows before the first one
`download`    files to take away
`layout`      what every page has around its content
`topics`, `home`, `runs`, `record`   the blueprints
`errors`, `guard`, `compression`   around every answer: what is wrong, what is safe, what is small
"""
