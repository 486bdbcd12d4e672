"""Calls an RPC of Centrifugo's GRPC API that this file knows nothing of: the server describes it.

    pip install grpcio-reflection
    python client.py localhost:10000 Publish '{"channel": "news", "data": "eyJuIjogMX0="}'

Without a method it lists what there is. `data` and other bytes are base64 in JSON.
"""

import sys

import grpc
from google.protobuf import json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

SUFFIX = ".CentrifugoApi"


def methods(channel: grpc.Channel) -> dict[str, MethodDescriptor]:
    """The RPCs of the API by name, as the server describes them."""
    described = ProtoReflectionDescriptorDatabase(channel)
    pool = DescriptorPool(described)
    for name in described.get_services():
        if name.endswith(SUFFIX):
            service = pool.FindServiceByName(name)
            return {method.name: method for method in service.methods}
    raise SystemExit(f"the server describes no service that ends in {SUFFIX}")


def call(channel: grpc.Channel, method: MethodDescriptor, request: str) -> Message:
    """The answer to a request that is given as JSON."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    message = json_format.Parse(request, GetMessageClass(method.input_type)())
    rpc = channel.unary_unary(
        path,
        request_serializer=lambda sent: sent.SerializeToString(),
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
    return rpc(message, timeout=5)


def main(address: str, name: str = "", request: str = "{}") -> int:
    with grpc.insecure_channel(address) as channel:
        try:
            known = methods(channel)
            if not name:
                print("\n".join(sorted(known)))
                return 0
            if name not in known:
                print(f"there is no {name}: {', '.join(sorted(known))}", file=sys.stderr)
                return 1
            answer = call(channel, known[name], request)
        except grpc.RpcError as error:
            print(f"transport error {error.code().name}: {error.details()}", file=sys.stderr)
            return 1
        except json_format.ParseError as error:
            print(f"not a request: {error}", file=sys.stderr)
            return 1
    told = json_format.MessageToDict(answer, preserving_proto_field_name=True)
    if "error" in told:  # API errors travel inside the answer, with gRPC status OK.
        print(f"API error {told['error']['code']}: {told['error']['message']}", file=sys.stderr)
        return 1
    print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ["localhost:10000"])))
