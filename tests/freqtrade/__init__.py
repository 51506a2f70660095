"""The real `freqtrade trade` on the simulated venue with Trueup beside it: `make test-freqtrade`."""
