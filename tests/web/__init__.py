"""The pages, through Flask's test client."""
