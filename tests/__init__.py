"""Tests of the optimizer; `oracle` is an independent reference of what a workbook means."""
