"""A live-performance companion for bands: a trigger comes in, a lyric line goes out."""

__version__ = "0.1.0"
