"""What is kept in the database."""

from django.db import models

MAX_MSG_ID, MAX_REASON = 64, 200


class Report(models.Model):
    """A report that was pushed. It may come twice, and before anybody has noted the message id."""

    msg_id = models.CharField(max_length=MAX_MSG_ID)
    state = models.CharField(max_length=16)
    reason = models.CharField(max_length=MAX_REASON, blank=True)
    came_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """One report of a message in a state is enough."""

        constraints = (models.UniqueConstraint(fields=["msg_id", "state"], name="one_report"),)

    def __str__(self) -> str:
        """Return the message id and the state."""
        return f"{self.msg_id}: {self.state}"
