"""The SDKs that are compared, each installed in an environment of its own."""
