"""What a topic is: `Topic`, `Demo`, `Parameter`, `Claim`; and how topics are found.

Knows the engine's records (for claims), and nothing of the web.

`text`        a text in both languages
`parameters`  one declaration draws the field, checks the form and documents the API
`claims`      what is stated of a run, as functions over its record
`outcomes`    what a run comes to, likewise: what to look at when a demo is run many times
`repeats`     what many runs of a demo have in common
`topic`       Topic and Demo, pure data
`folders`     finds the topic folders and refuses a broken one
"""
