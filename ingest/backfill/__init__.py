"""The routes into the past, and the job that takes them."""
