#!/bin/sh
# The first process of a test host (process 1 of its own pid namespace): makes the folder DISK the host's root, starts
# what a host runs, and then stays, so that killing it takes the whole host down.
# Given in the environment: DISK, HOST_NAME, PID_FILE, START_SSHD, START_ENGINE (commands; the last may be empty).
set -eu

# /proc is still the machine's, so this is the process id by which the machine knows us.
read -r pid rest </proc/self/stat
exec 3>"$PID_FILE"

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
# What was put on the machine by hand (another docker, say) is no part of a plain host.
mount -t tmpfs -o mode=755 tmpfs usr/local

mkdir -p dev sys proc run .machine
mount --rbind /dev dev
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount --rbind /sys sys
mount -t proc proc proc
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p run/sshd run/lock
[ ! -e etc/meminfo ] || mount --bind etc/meminfo proc/meminfo

pivot_root . .machine
cd /
umount -l /.machine
mount --make-rshared /

hostname "$HOST_NAME"
sh -c "$START_SSHD" 3>&-
[ -z "$START_ENGINE" ] || sh -c "$START_ENGINE" 3>&-

echo "$pid" >&3
exec 3>&-

# Stay, and reap whatever is orphaned in here.
while :; do
  sleep infinity &
  wait || :
done
