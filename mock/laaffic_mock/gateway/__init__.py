"""The stateful gateway: it checks, remembers what it accepted, and fails on request."""
