"""Who is let in, for every way of asking; and attacks by their names. docs/security.md says what each test holds."""
