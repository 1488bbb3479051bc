"""Random faults, interrupts, forks, cancellations and kills, with the server's book as the judge."""
