// Command pulumi-resource-kubernetes is Pulumi's Kubernetes provider. The module holds the provider as a library and, beside its own
// main package, the two files that it embeds; the build copies them here.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var terraformMapping []byte

// Set by the linker.
var version string

func main() {
	provider.Serve("kubernetes", version, schema, terraformMapping)
}
