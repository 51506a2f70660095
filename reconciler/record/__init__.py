"""Evidence as it is stored and read back, verdicts derived again, a result as a document."""
