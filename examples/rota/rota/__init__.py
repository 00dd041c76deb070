"""Who does what, and when: stretches of time, bookings, and tasks in their order."""
