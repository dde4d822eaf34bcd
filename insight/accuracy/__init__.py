"""How good the forecasts were: every snapshot against what came, once its periods are over."""
