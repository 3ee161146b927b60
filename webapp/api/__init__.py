"""The JSON API, its OpenAPI document, and the routes of the course report."""
