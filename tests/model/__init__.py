"""One stateful model of leases, fencing, alerts, words of people and the outbox, on both databases."""
