"""The values of the reconciler: what bots believe, what was found, who watches; pure."""
