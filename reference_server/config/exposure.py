"""What an owner should read whose server is reached from other machines and lets anybody in."""

from collections.abc import Sequence

from reference_server.settings import Settings


def warnings(nodes: Sequence[Settings]) -> list[str]:
    """A line for each port that is open to whoever reaches this machine."""
    first = nodes[0]
    told = []
    is_reached = first.serves_api and not _is_loopback(first.grpc_address)
    if is_reached and not all(node.api_key for node in nodes):
        told.append(
            f"listening on {first.grpc_address} without an API key: whoever reaches this"
            " machine may publish"
        )
    if any(node.clients.insecure for node in nodes):
        places = [first.http.address] * any(node.websocket.enabled for node in nodes)
        places += [first.uni_grpc.address] * first.uni_grpc.enabled
        told += [
            f"listening on {place} for subscribers without tokens: whoever reaches this machine"
            " may be any user"
            for place in dict.fromkeys(places)
            if not _is_loopback(place)
        ]
    return told


def _is_loopback(address: str) -> bool:
    if address in {"localhost", "127.0.0.1"}:
        return True
    import ipaddress  # noqa: PLC0415

    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
