"""The pages: what a visitor sees, in both languages.

`site`     what the whole site has: layout, static files, errors, the pages beside the course
`demo`     a topic's page with one of its demos
`run`      one run, as it happens and when it is kept
`repeat`   one demo thirty times
`compare`  two demos side by side
`texts`    what is said of any run, in words; all that `webapp.record` knows of the pages

What every request passes: `guard` keeps visitors safe, `rate` says how often Run may be pressed,
`compression` makes answers small. `htmx` is what htmx asks for, and how it is answered;
`addresses` where everything is; `download` files to take away.
"""
