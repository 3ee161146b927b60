"""A cluster compared with one server alone: `measured` prints the tables of docs/scaling.md."""
