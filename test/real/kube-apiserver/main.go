// kube-apiserver with its etcd inside, in one program.
// Build: npm run counterpart -- kube-apiserver
package main

import (
	"fmt"
	"net/url"
	"os"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	dir := os.Getenv("EMBED_ETCD_DIR")
	config := embed.NewConfig()
	config.Dir = dir
	config.LogLevel = "error"
	clients, _ := url.Parse(os.Getenv("EMBED_ETCD_CLIENT"))
	peers, _ := url.Parse(os.Getenv("EMBED_ETCD_PEER"))
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{*clients}, []url.URL{*clients}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{*peers}, []url.URL{*peers}
	config.InitialCluster = config.Name + "=" + peers.String()
	config.UnsafeNoFsync = true
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, "etcd:", err)
		os.Exit(1)
	}
	select {
	case <-etcd.Server.ReadyNotify():
	case <-time.After(30 * time.Second):
		fmt.Fprintln(os.Stderr, "etcd is not ready")
		os.Exit(1)
	}
	defer etcd.Close()
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
