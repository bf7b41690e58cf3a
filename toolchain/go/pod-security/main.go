// Command pod-security holds the files of its arguments, one Kubernetes object each, against the `restricted` Pod Security Standard
// as the API server's own admission does. It prints a JSON list: each object that makes pods, with every check and its result.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/pod-security-admission/admission"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

type result struct {
	File    string  `json:"file"`
	Passed  int     `json:"passed"`
	Refused []check `json:"refused"`
}

type check struct {
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

func main() {
	if len(os.Args) < 3 {
		fail(fmt.Errorf("usage: pod-security <version such as v1.35> <file>..."))
	}
	version, err := api.ParseVersion(os.Args[1])
	if err != nil {
		fail(err)
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		fail(err)
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: version}
	results := []result{}
	for _, file := range os.Args[2:] {
		found, err := evaluate(evaluator, level, file)
		if err != nil {
			fail(fmt.Errorf("%s: %w", file, err))
		}
		if found != nil {
			results = append(results, *found)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		fail(err)
	}
}

// evaluate returns nil for an object that makes no pods.
func evaluate(evaluator policy.Evaluator, level api.LevelVersion, file string) (*result, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	object, kind, err := scheme.Codecs.UniversalDeserializer().Decode(text, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		// A custom resource.
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	metadata, pod, err := admission.DefaultPodSpecExtractor{}.ExtractPodSpec(object)
	if err != nil || pod == nil {
		// So the library says that a kind makes no pods.
		return nil, nil
	}
	found := result{File: file, Refused: []check{}}
	for _, each := range evaluator.EvaluatePod(level, metadata, pod) {
		if each.Allowed {
			found.Passed++
		} else {
			found.Refused = append(found.Refused, check{each.ForbiddenReason, each.ForbiddenDetail})
		}
	}
	if found.Passed+len(found.Refused) == 0 {
		return nil, fmt.Errorf("no check looked at this %s", kind.Kind)
	}
	return &found, nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "pod-security:", err)
	os.Exit(2)
}
