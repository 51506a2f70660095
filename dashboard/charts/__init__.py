"""The charts, one file a subject. The only room that knows Plotly."""
