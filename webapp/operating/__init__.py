"""What those see who operate the site: its health, its metrics, its log, its settings.

Nothing here is for visitors, and nothing tells who they are.
"""
