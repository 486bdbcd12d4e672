"""Reads Centrifugo's own configuration: files, flags, environment.

Flags beat the environment, the environment beats the file, as in Centrifugo.
"""

from reference_server.config.command_line import CommandLine, parse_command_line
from reference_server.config.load import Loaded, load_settings

__all__ = ["CommandLine", "Loaded", "load_settings", "parse_command_line"]
