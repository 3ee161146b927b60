"""What a topic is: `Topic`, `Demo`, `Parameter`, `Claim`; and how topics are found.

Uses the engine's recordings (for claims), and nothing of the web. `topic.py` of a topic declares it
without words; `words` and `worded` add the texts of each language; `folders` loads all topics.
`measures` read a recording, `claims` and `outcomes` use measures, and `repeats` compares many runs.
"""
