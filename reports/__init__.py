"""Pages from result files: what was judged and measured, side by side, in one HTML file.

Reads result files only; nothing of what wrote them is imported.
"""
