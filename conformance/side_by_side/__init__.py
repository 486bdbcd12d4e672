"""Two endpoints side by side: one random sequence, and the first answer that differs."""
