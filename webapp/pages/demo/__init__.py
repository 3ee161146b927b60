"""A topic's page with one of its demos, at its own address: /LANGUAGE/CHAPTER/TOPIC/DEMO.

`blueprint`  the addresses, one blueprint a topic
`desk`       answers for one demo: its page, its form, its runs, its file
`bench`      where a program is run, as a page shows it
`form`       a demo's declaration as a form, and what was wrong with an entry
`needs`      what a demo needs of a machine
`prose`      a topic's Markdown, rendered once
`source`     a demo's source, highlighted once
`examples`   the run that a demo's page shows before the first one
"""
