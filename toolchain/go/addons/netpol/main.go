// Command netpol enforces NetworkPolicies (networking.k8s.io/v1, IPv4) on the local single node. It watches pods, namespaces and
// policies, renders one nftables table from them and swaps that in atomically.
//
// Packets between two pods cross a bridge and reach the forward hook because net.bridge.bridge-nf-call-iptables is 1; a service
// address has been translated before, so the table only ever sees pod addresses. Traffic between the node and its pods
// (probes) does not pass the forward hook: it is always allowed, as Kubernetes asks.
package main

import (
	"context"
	"flag"
	"log"
	"os/exec"
	"strings"
	"time"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	// A burst of events is rendered once.
	quietPeriod = 50 * time.Millisecond
	retryPeriod = 2 * time.Second
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "kubeconfig of a cluster administrator")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	factory := informers.NewSharedInformerFactory(kubernetes.NewForConfigOrDie(config), 0)
	changed := make(chan struct{}, 1)
	state := watch(factory, changed)
	factory.Start(context.Background().Done())
	factory.WaitForCacheSync(context.Background().Done())
	notify(changed)
	enforce(state, changed)
}

func watch(factory informers.SharedInformerFactory, changed chan struct{}) cluster {
	pods := factory.Core().V1().Pods()
	namespaces := factory.Core().V1().Namespaces()
	policies := factory.Networking().V1().NetworkPolicies()
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { notify(changed) },
		UpdateFunc: func(any, any) { notify(changed) },
		DeleteFunc: func(any) { notify(changed) },
	}
	for _, informer := range []cache.SharedIndexInformer{pods.Informer(), namespaces.Informer(), policies.Informer()} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			log.Fatal(err)
		}
	}
	return cluster{pods: pods.Lister(), namespaces: namespaces.Lister(), policies: policies.Lister()}
}

func enforce(state cluster, changed chan struct{}) {
	applied := ""
	for range changed {
		time.Sleep(quietPeriod)
		rules := state.ruleset()
		if rules == applied {
			continue
		}
		command := exec.Command("nft", "-f", "-")
		command.Stdin = strings.NewReader(rules)
		if output, err := command.CombinedOutput(); err != nil {
			// The former table stays in force: never open by accident.
			log.Printf("nft: %v: %s\n%s", err, output, rules)
			time.AfterFunc(retryPeriod, func() { notify(changed) })
			continue
		}
		applied = rules
	}
}

func notify(changed chan struct{}) {
	select {
	case changed <- struct{}{}:
	default: // a round is already due
	}
}
