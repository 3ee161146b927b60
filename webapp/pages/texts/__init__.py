"""The words about a run, for the site's pages and for those that `webapp.recording` writes.

Nothing here imports Flask or Jinja.

`wording`     the interface's texts: `en.toml` and `fa.toml`
`transcript`  events as printed lines; `lines`: these lines as HTML
`receipt`     where, when and with what a run was made
"""
