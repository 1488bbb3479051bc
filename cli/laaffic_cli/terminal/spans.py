"""Times for people."""

from datetime import datetime


def span(seconds: float) -> str:
    """Show how long something takes, as hours, minutes and seconds."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}"


def clock(seconds: float) -> str:
    """Show a time as the clock of this machine has it."""
    return _local(seconds).strftime("%Y-%m-%d %H:%M:%S")


def hour(seconds: float) -> str:
    """Show a time of the next 24 hours as the clock of this machine has it, and which zone that is."""
    return _local(seconds).strftime("%H:%M %Z")


def moment(at: datetime) -> str:
    """Show a time in its own zone, with the offset from UTC."""
    return at.strftime("%Y-%m-%d %H:%M:%S %z")


def _local(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds).astimezone()
