"""The one state database: rows, migrations, the writer, and what is read back."""
