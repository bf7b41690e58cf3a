package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	corelisters "k8s.io/client-go/listers/core/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
)

const table = "ckan_network_policy"

type cluster struct {
	pods       corelisters.PodLister
	namespaces corelisters.NamespaceLister
	policies   networkinglisters.NetworkPolicyLister
}

// ruleset renders the whole table: for each pod that a policy selects one chain per direction, which returns what a policy allows and
// drops the rest. A packet between two isolated pods must pass both.
func (c cluster) ruleset() string {
	var chains strings.Builder
	var egress, ingress []string
	policies := c.sortedPolicies()
	for _, pod := range c.sortedPods() {
		for _, direction := range []networking.PolicyType{networking.PolicyTypeEgress, networking.PolicyTypeIngress} {
			rules, isolated := c.podRules(policies, pod, direction)
			if !isolated {
				continue
			}
			chain := strings.ToLower(string(direction)) + "_" + strings.ReplaceAll(pod.Status.PodIP, ".", "_")
			fmt.Fprintf(&chains, "  chain %s { # %s/%s\n%s    counter drop\n  }\n", chain, pod.Namespace, pod.Name, rules)
			jump := pod.Status.PodIP + " : jump " + chain
			if direction == networking.PolicyTypeEgress {
				egress = append(egress, jump)
			} else {
				ingress = append(ingress, jump)
			}
		}
	}
	// Declared, deleted and written anew in one transaction: there is no moment without rules.
	return fmt.Sprintf("table ip %[1]s\ndelete table ip %[1]s\ntable ip %[1]s {\n%[2]s"+
		"  chain forward {\n    type filter hook forward priority 10; policy accept;\n    ct state established,related accept\n%[3]s%[4]s  }\n}\n",
		table, chains.String(), verdicts("saddr", egress), verdicts("daddr", ingress))
}

func verdicts(field string, jumps []string) string {
	if len(jumps) == 0 {
		return ""
	}
	return fmt.Sprintf("    ip %s vmap { %s }\n", field, strings.Join(jumps, ", "))
}

// podRules renders what all policies together allow a pod in one direction, and says whether any policy isolates it there.
func (c cluster) podRules(policies []*networking.NetworkPolicy, pod *core.Pod, direction networking.PolicyType) (string, bool) {
	var rules strings.Builder
	isolated := false
	for _, policy := range policies {
		if policy.Namespace != pod.Namespace || !selects(&policy.Spec.PodSelector, pod.Labels) {
			continue
		}
		// The API server fills policyTypes in, so its absence needs no case.
		if !slices.Contains(policy.Spec.PolicyTypes, direction) {
			continue
		}
		isolated = true
		if direction == networking.PolicyTypeIngress {
			for _, rule := range policy.Spec.Ingress {
				rules.WriteString(c.ingressRule(policy.Namespace, pod, rule))
			}
			continue
		}
		for _, rule := range policy.Spec.Egress {
			rules.WriteString(c.egressRule(policy.Namespace, rule))
		}
	}
	return rules.String(), isolated
}

func (c cluster) ingressRule(namespace string, pod *core.Pod, rule networking.NetworkPolicyIngressRule) string {
	if len(rule.From) == 0 {
		return allow("", rule.Ports, pod)
	}
	var lines strings.Builder
	for _, peer := range rule.From {
		if peer.IPBlock != nil {
			lines.WriteString(allow(block("saddr", peer.IPBlock), rule.Ports, pod))
			continue
		}
		for _, source := range c.peers(namespace, peer) {
			lines.WriteString(allow("ip saddr "+source.Status.PodIP, rule.Ports, pod))
		}
	}
	return lines.String()
}

func (c cluster) egressRule(namespace string, rule networking.NetworkPolicyEgressRule) string {
	if len(rule.To) == 0 {
		return allow("", rule.Ports, nil)
	}
	var lines strings.Builder
	for _, peer := range rule.To {
		if peer.IPBlock != nil {
			lines.WriteString(allow(block("daddr", peer.IPBlock), rule.Ports, nil))
			continue
		}
		for _, target := range c.peers(namespace, peer) {
			lines.WriteString(allow("ip daddr "+target.Status.PodIP, rule.Ports, target))
		}
	}
	return lines.String()
}

// allow renders one line for each port; no ports means every port. A named port is the target's own.
func allow(address string, ports []networking.NetworkPolicyPort, target *core.Pod) string {
	if len(ports) == 0 {
		return fmt.Sprintf("    %s return\n", address)
	}
	var lines strings.Builder
	for _, port := range ports {
		if match, known := portMatch(port, target); known {
			fmt.Fprintf(&lines, "    %s %s return\n", address, match)
		}
	}
	return lines.String()
}

func portMatch(port networking.NetworkPolicyPort, target *core.Pod) (string, bool) {
	protocol := core.ProtocolTCP
	if port.Protocol != nil {
		protocol = *port.Protocol
	}
	name := strings.ToLower(string(protocol))
	switch {
	case port.Port == nil:
		return "meta l4proto " + name, true
	case port.Port.Type == intstr.String:
		number, known := namedPort(target, port.Port.StrVal, protocol)
		return fmt.Sprintf("%s dport %d", name, number), known
	case port.EndPort != nil:
		return fmt.Sprintf("%s dport %d-%d", name, port.Port.IntVal, *port.EndPort), true
	default:
		return fmt.Sprintf("%s dport %d", name, port.Port.IntVal), true
	}
}

func namedPort(pod *core.Pod, name string, protocol core.Protocol) (int32, bool) {
	if pod == nil {
		return 0, false
	}
	for _, container := range pod.Spec.Containers {
		for _, port := range container.Ports {
			if port.Name == name && port.Protocol == protocol {
				return port.ContainerPort, true
			}
		}
	}
	return 0, false
}

func block(field string, block *networking.IPBlock) string {
	if strings.Contains(block.CIDR, ":") {
		// An IPv6 block selects no IPv4 packet, and must not select all of them.
		return "ip " + field + " 255.255.255.255"
	}
	match := "ip " + field + " " + block.CIDR
	if len(block.Except) > 0 {
		match += " ip " + field + " != { " + strings.Join(block.Except, ", ") + " }"
	}
	return match
}

// peers lists the pods that a policy's peer selects: in the policy's own namespace unless the peer selects namespaces.
func (c cluster) peers(namespace string, peer networking.NetworkPolicyPeer) []*core.Pod {
	var found []*core.Pod
	for _, pod := range c.sortedPods() {
		if peer.PodSelector != nil && !selects(peer.PodSelector, pod.Labels) {
			continue
		}
		if peer.NamespaceSelector == nil && pod.Namespace == namespace || c.inSelectedNamespace(pod, peer.NamespaceSelector) {
			found = append(found, pod)
		}
	}
	return found
}

func (c cluster) inSelectedNamespace(pod *core.Pod, selector *meta.LabelSelector) bool {
	namespace, err := c.namespaces.Get(pod.Namespace)
	return selector != nil && err == nil && selects(selector, namespace.Labels)
}

func selects(selector *meta.LabelSelector, set map[string]string) bool {
	parsed, err := meta.LabelSelectorAsSelector(selector)
	return err == nil && parsed.Matches(labels.Set(set))
}

// sortedPods lists the pods that have an address of their own and may still use it.
func (c cluster) sortedPods() []*core.Pod {
	pods, _ := c.pods.List(labels.Everything()) // a lister reads its cache: it cannot fail
	pods = slices.DeleteFunc(pods, func(pod *core.Pod) bool {
		return pod.Spec.HostNetwork || pod.Status.PodIP == "" || pod.Status.Phase == core.PodSucceeded || pod.Status.Phase == core.PodFailed
	})
	slices.SortFunc(pods, func(a, b *core.Pod) int { return cmp.Compare(a.UID, b.UID) })
	return pods
}

func (c cluster) sortedPolicies() []*networking.NetworkPolicy {
	policies, _ := c.policies.List(labels.Everything())
	slices.SortFunc(policies, func(a, b *networking.NetworkPolicy) int {
		return cmp.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name)
	})
	return policies
}
