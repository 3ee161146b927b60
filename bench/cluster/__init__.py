"""A cluster beside one server alone: `measured` prints the figures of docs/scaling.md."""
