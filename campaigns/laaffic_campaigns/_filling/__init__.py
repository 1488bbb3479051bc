"""Making a campaign: what is given is checked, and frozen in chunks."""
