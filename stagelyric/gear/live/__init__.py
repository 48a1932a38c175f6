"""Ableton Live, by way of AbletonOSC."""
