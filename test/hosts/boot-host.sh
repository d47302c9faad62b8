#!/bin/sh
# The first process of a test host (process 1 of its own pid namespace): makes the machine's folder DISK the host's
# root, starts what a host runs and then stays, so that killing it takes the whole host down.
# Given in the environment: DISK, HOST_NAME, PID_FILE, START_SSHD, START_ENGINE (commands; the last may be empty).
set -eu

# /proc is still the machine's: this is the process id as the machine knows it.
read -r pid rest </proc/self/stat

mount --make-rprivate /
cd "$DISK"

for name in usr bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then
    [ -L "$name" ] || cp -P "/$name" "$name"
  elif [ -d "/$name" ]; then
    mkdir -p "$name"
    mount --bind "/$name" "$name"
    mount -o remount,bind,ro "$name"
  fi
done
# Programs that were put there by hand (another docker, say) are no part of a plain host.
mount -t tmpfs -o mode=755 tmpfs usr/local

mount --rbind /dev dev
mount --rbind /sys sys
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t proc proc proc
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p run/sshd run/lock
[ ! -e etc/meminfo ] || mount --bind etc/meminfo proc/meminfo

mkdir -p .machine
pivot_root . .machine
cd /
umount -l /.machine
rmdir /.machine
mount --make-rshared /

hostname "$HOST_NAME"
sh -c "$START_SSHD"
[ -z "$START_ENGINE" ] || sh -c "$START_ENGINE"

# The pid file's appearance says that the host may be entered.
exec 3>&-
echo "$pid" >"/run/host.pid"

# Wait forever, and reap whatever is orphaned in here.
sleep infinity &
while :; do wait || :; done
