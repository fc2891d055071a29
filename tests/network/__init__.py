"""Real networks of the tests' own: slow links, deep queues, delay, loss, outages, viewers that vanish."""
