"""What the product does. Start here."""
