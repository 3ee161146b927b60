"""What programs see: our JSON API, its description, and the course report's own routes."""
