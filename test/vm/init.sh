#!/bin/busybox sh
# First process in the initial file system: makes the machine's files, with a layer of memory over them, the root.
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /machine /changes /new
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in virtio_pci 9pnet_virtio 9p overlay; do modprobe "$module" || exit 1; done
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose machine /machine || exit 1
mount -t tmpfs -o size=90% tmpfs /changes
mkdir /changes/upper /changes/work
mount -t overlay -o lowerdir=/machine,upperdir=/changes/upper,workdir=/changes/work overlay /new || exit 1

kernel=$(sed 's/.*machine_kernel=\([^ ]*\).*/\1/' /proc/cmdline)
mkdir -p "/new/lib/modules/$(uname -r)"
mount -o bind "/machine$kernel/lib/modules/$(uname -r)" "/new/lib/modules/$(uname -r)"
# What is of the running machine there: its engine, its test hosts.
for folder in run var/lib/docker var/lib/containerd var/lib/longshore-test; do
  mkdir -p "/new/$folder"
  mount -t tmpfs -o size=90% tmpfs "/new/$folder"
done
for folder in proc sys dev; do mount -o move "/$folder" "/new/$folder"; done
cp /inside /command /new/run/
exec switch_root /new /bin/sh /run/inside
