"""From a source into a stream, while somebody watches."""
