"""What travels: picture messages, control messages and what a viewer requests. docs/protocol.md is the authority."""
