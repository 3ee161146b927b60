"""What is said of any run, in words: it knows nothing of the web.

The pages that `webapp.record` makes say the same, so none of this loads Flask or Jinja.

`wording`     the interface's texts: `en.toml` and `fa.toml`
`transcript`  events as lines on the screen
`receipt`     what proves a run
"""
