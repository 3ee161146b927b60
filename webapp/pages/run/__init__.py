"""One run: as it happens, and by its id when it is kept, at /LANGUAGE/runs/ID.

`blueprint`  the addresses
`live`       a run as a stream: server-sent events, or a page that grows
`keeping`    stores a run that is over, before anything is drawn of it
`kept`       runs that are over, found again; `links`: where they are; `past`: drawn as a whole
`result`     what a run that is over shows
`lanes`      who ran when, as `webapp.timeline` draws it
"""
