"""Prism: a program that serves the contract's examples, or checks what passes it against the contract."""
