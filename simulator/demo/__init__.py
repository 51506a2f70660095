"""The demo: a bot, a scripted story of what goes wrong with bots, and the stage it plays on."""
