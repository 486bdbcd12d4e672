// Publishes the same payload into chat:index every second: the Go client of the GRPC API page,
// dialect v2. README.md beside this file has the lines that build and start it.
package main

import (
	"context"
	"log"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"centrifugo_example/centrifugopb"
)

func main() {
	address := "localhost:10000"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatalln(err)
	}
	defer conn.Close()
	client := centrifugopb.NewCentrifugoClient(conn)
	for {
		publish(client)
		time.Sleep(time.Second)
	}
}

func publish(client centrifugopb.CentrifugoClient) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	response, err := client.Publish(ctx, &centrifugopb.PublishRequest{
		Channel: "chat:index",
		Data:    []byte(`{"input": "hello from GRPC"}`),
	})
	switch {
	case err != nil:
		log.Printf("transport error: %v", err)
	case response.GetError() != nil:
		log.Printf("API error %d: %s", response.GetError().GetCode(), response.GetError().GetMessage())
	default:
		log.Println("published")
	}
}
