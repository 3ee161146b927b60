"""A topic's page with one of its demos, at /LANGUAGE/CHAPTER/TOPIC/DEMO.

`blueprint`  the routes, one blueprint per topic
`handler`    answers the requests for one demo: page, form, runs, file
`run_panel`  the form, source, transcript and result, as a page shows them
`form`       a demo's form, and the errors in what was submitted; `option`: a choice in it
`predicting` a demo's questions in the form, and the predictions that travel with a run
`needs`      what a demo needs of a machine; `elsewhere`: runs made on another one
`next`       where a demo leads to
`prose`      a topic's Markdown, rendered at the start
`source`     highlights a source
`examples`   the recorded run on a demo's page before the visitor's first run
"""
