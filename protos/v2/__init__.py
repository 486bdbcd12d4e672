"""The dialect of Centrifugo 2: package `api`."""
