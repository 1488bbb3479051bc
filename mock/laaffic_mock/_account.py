"""The account that every mock knows: the provider's published sample. It opens nothing."""

SAMPLE_KEY, SAMPLE_SECRET, SAMPLE_APP = "bDqJFiq9", "7bz1lzh9", "4luaKsL2"


def environment_for(url: str) -> dict[str, str]:
    """Return the environment variables that point `laaffic.Client()` at a mock, with the provider's sample account."""
    return {
        "LAAFFIC_BASE_URL": url,
        "LAAFFIC_API_KEY": SAMPLE_KEY,
        "LAAFFIC_API_SECRET": SAMPLE_SECRET,
        "LAAFFIC_APP_ID": SAMPLE_APP,
    }
