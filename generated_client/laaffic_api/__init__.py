# Generated from openapi.yaml by `make generate`. Do not edit.
"""A client library for accessing Laaffic batch SMS"""

from .client import Client

__all__ = ("Client",)
