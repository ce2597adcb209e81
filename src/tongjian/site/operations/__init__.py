"""Running the site (运维): jobs, audit trail, health, backup."""
