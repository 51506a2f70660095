"""The life of an alert: its values, the one table of rules, and what a person can do."""
