"""The Binance USD-M face: its REST and WebSocket protocol over the engine."""
