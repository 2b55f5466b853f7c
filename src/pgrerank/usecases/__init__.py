"""The use cases: what the product does. Start reading here."""
