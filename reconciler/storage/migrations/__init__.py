"""The history of the schema, run from inside the program (`reconciler.storage.schema`)."""
