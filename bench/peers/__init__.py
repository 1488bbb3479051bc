"""laaffic beside other vendors' SDKs: the same work, each in its own format and its own virtual environment."""
