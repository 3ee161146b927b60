"""What a topic is: `Topic`, `Demo`, `Parameter`, `Claim`; and how topics are found.

Knows the engine's records (for claims), and nothing of the web.

`topic`       Topic and Demo, pure data without words
`parameters`  one declaration draws the field, checks the form and documents the API
`values`      reads and checks a single value
`measures`    what can be read from a run's record
`claims`      what is stated of a run: a measure and a predicate
`outcomes`    what a run comes to: what to look at when a demo is run many times
`repeats`     what many runs of a demo have in common
`text`        a text in every language; the languages stand in `languages.toml`
`words`       reads a topic's `en.toml` and `fa.toml`
`worded`      gives a topic its words
`common`      parameters and claims that many topics share
`folders`     finds the topics in the order of `topics/order.toml`
`checks`      refuses a broken one
"""
