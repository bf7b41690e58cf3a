// Command provisioner makes the persistent volumes of the local node: one folder each, as a `local` volume, so that the kubelet
// applies a pod's fsGroup as it does for a cloud disk. It runs on the node itself and needs no helper pod.
package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v10/controller"
)

type folders struct {
	root string
	node string
}

func (f folders) Provision(_ context.Context, options controller.ProvisionOptions) (*core.PersistentVolume, controller.ProvisioningState, error) {
	path := filepath.Join(f.root, options.PVName)
	// Root's alone until the kubelet hands it to the pod's fsGroup: a pod without one fails here as it would in a cloud.
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	mode := core.PersistentVolumeFilesystem
	return &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: options.PVName},
		Spec: core.PersistentVolumeSpec{
			AccessModes:                   options.PVC.Spec.AccessModes,
			Capacity:                      core.ResourceList{core.ResourceStorage: options.PVC.Spec.Resources.Requests[core.ResourceStorage]},
			NodeAffinity:                  f.affinity(),
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			PersistentVolumeSource:        core.PersistentVolumeSource{Local: &core.LocalVolumeSource{Path: path}},
			VolumeMode:                    &mode,
		},
	}, controller.ProvisioningFinished, nil
}

func (f folders) Delete(_ context.Context, volume *core.PersistentVolume) error {
	if volume.Spec.Local == nil || filepath.Dir(volume.Spec.Local.Path) != filepath.Clean(f.root) {
		return &controller.IgnoredError{Reason: "not a folder of this provisioner"}
	}
	return os.RemoveAll(volume.Spec.Local.Path)
}

func (f folders) affinity() *core.VolumeNodeAffinity {
	return &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{{
		MatchExpressions: []core.NodeSelectorRequirement{{
			Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{f.node},
		}},
	}}}}
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "kubeconfig of a cluster administrator")
	name := flag.String("name", "", "provisioner named by the storage class")
	root := flag.String("root", "", "folder that receives one folder for each volume")
	node := flag.String("node", "", "name of this node")
	flag.Parse()
	logger := klog.Background()
	ctx := klog.NewContext(context.Background(), logger)
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		logger.Error(err, "cannot read the kubeconfig")
		os.Exit(1)
	}
	client := kubernetes.NewForConfigOrDie(config)
	provisioner := folders{root: *root, node: *node}
	controller.NewProvisionController(logger, client, *name, provisioner, controller.LeaderElection(false)).Run(ctx)
}
