"""What `laaffic explain` prints, and what the site has a page for each of: errors, statuses, states, faults, rules."""
