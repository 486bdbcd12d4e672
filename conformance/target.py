"""What is judged: an endpoint, what it speaks, and the profiles that tell what it offers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from centrifugo_grpc.discovery import Found
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.releases import Dialect, Release
from conformance.profile import Profile, read_profile


@dataclass(frozen=True)
class Target:
    """An endpoint that answered: what was found there, one profile a dialect at most."""

    endpoint: Endpoint
    name: str
    found: tuple[Found, ...]
    profiles: tuple[Profile, ...]

    def release(self, dialect: Dialect) -> Release | None:
        """The release whose rules apply to a dialect; None if it is not judged."""
        return next((found.release for found in self.found if found.dialect is dialect), None)

    def profile(self, dialect: Dialect) -> Profile | None:
        """The profile that tells what the dialect's side of the target offers."""
        return next((profile for profile in self.profiles if profile.dialect is dialect), None)

    def as_message(self) -> dict[str, Any]:
        """The target in plain values, for another process of the run."""
        endpoint = asdict(self.endpoint)
        return {
            "endpoint": endpoint | {"ca": str(self.endpoint.ca) if self.endpoint.ca else ""},
            "name": self.name,
            "found": [
                asdict(f) | {"dialect": f.dialect.value, "release": f.release.value}
                for f in self.found
            ],
            "profiles": [str(profile.path.absolute()) for profile in self.profiles],
        }


def from_message(message: Mapping[str, Any]) -> Target:
    """The target that another process of the run has found."""
    endpoint = dict(message["endpoint"])
    endpoint["ca"] = Path(endpoint["ca"]) if endpoint["ca"] else None
    return Target(
        endpoint=Endpoint(**endpoint),
        name=message["name"],
        found=tuple(
            Found(**(f | {"dialect": Dialect(f["dialect"]), "release": Release(f["release"])}))
            for f in message["found"]
        ),
        profiles=tuple(read_profile(Path(path)) for path in message["profiles"]),
    )
