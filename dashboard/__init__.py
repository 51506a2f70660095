"""The traders' screens. Enters by one door, reconciler.console; computes nothing that matters."""
