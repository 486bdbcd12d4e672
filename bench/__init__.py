"""The load harness: `locust -f bench`.

locust imports every file here whose name has no leading underscore, so there is exactly one.
"""
