"""What reflection is called on the wire, for those who need not know what it answers."""

V1, V1ALPHA = "grpc.reflection.v1", "grpc.reflection.v1alpha"
SERVICES = (f"{V1}.ServerReflection", f"{V1ALPHA}.ServerReflection")
METHOD = "ServerReflectionInfo"
