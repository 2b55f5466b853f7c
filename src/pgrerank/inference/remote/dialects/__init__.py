"""What other servers are asked for scores and vectors, and how they answer: one module each."""
