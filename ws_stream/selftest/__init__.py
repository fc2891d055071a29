"""`ws-stream bench`: what serving costs on this very device, and what to change."""
