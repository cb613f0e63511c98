"""Measures of employer contact: figures from rows, with numerator, denominator and the rows behind them."""
