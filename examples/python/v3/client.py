"""Asks a server for Info: the Python client of the GRPC API page, dialect v3.

Made in this folder by the page's line, and started with the address of the server:

    python -m grpc_tools.protoc -I../../../protos/v3 --python_out=. --grpc_python_out=. api.proto
    python client.py localhost:10000
"""

import sys

import api_pb2
import api_pb2_grpc
import grpc


def main(address):
    with grpc.insecure_channel(address) as channel:
        stub = api_pb2_grpc.CentrifugoApiStub(channel)
        try:
            response = stub.Info(api_pb2.InfoRequest(), timeout=5)
        except grpc.RpcError as error:
            # The call itself failed: nothing listens there, or the key is wrong.
            return f"transport error {error.code().name}: {error.details()}"
        if response.error.code:
            # The call went through, and the answer is an error of the API.
            return f"API error {response.error.code}: {response.error.message}"
        for node in response.result.nodes:
            print(f"node {node.name} runs {node.version or 'an unnamed version'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "localhost:10000"))
