"""Other ways to serve the same memory, each as a program that prints the address of its stream."""
