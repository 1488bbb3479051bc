"""Asking what became of messages: `laaffic report`, `laaffic records` and `laaffic reconcile`."""
