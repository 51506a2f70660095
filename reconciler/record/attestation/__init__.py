"""What is attested of one day, from what is stored of it; as a document and as a page. Pure."""
