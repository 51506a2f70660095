"""The one look of all pages: colours, sizes of type, the small pieces that pages are made of."""
