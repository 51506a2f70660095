"""`trueup run` and `trueup reconcile --once`: who watches which account, when, and how it is kept up."""
