"""The figures: their goals, their file, and the page that tells them."""
