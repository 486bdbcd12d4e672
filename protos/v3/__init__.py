"""The dialect of Centrifugo 3 to 6: package `centrifugal.centrifugo.api`."""
