# First process in the virtual machine, whose root is in place: what an init does, the command, and off.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
mkdir -p /dev/pts /dev/shm /run/lock
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ln -sf pts/ptmx /dev/ptmx
ln -s /proc/self/fd /dev/fd
# The kernel calls it for what a program asks for; a container needs no kmod, so it may not be there.
[ -e /sbin/modprobe ] || ln -s "$(command -v busybox)" /sbin/modprobe
ip link set lo up
mount --make-rshared /
# An engine gives up on its containerd after 15 seconds: what they are has to be read by then.
for program in containerd dockerd runc; do cat "$(command -v $program)"; done >/dev/null
sh /run/command </dev/null
echo $? >/dev/ttyS1
sync
echo o >/proc/sysrq-trigger
while :; do :; done
