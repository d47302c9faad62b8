#!/bin/sh
# Runs a command as root in a virtual machine that is this machine again, but for Debian's kernel, which has drivers that
# the one here may lack. It sees this machine's files; what it changes goes with it. Ends with the command's exit code.
#   sh test/vm/run.sh COMMAND [ARGUMENT…]
# Environment: LONGSHORE_VM_MEMORY (MiB; default 4096), LONGSHORE_VM_QEMU (more arguments of QEMU, split at spaces).
# Needs root on Debian for amd64.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=/var/lib/longshore-test/vm
[ $# -gt 0 ] || { echo "What is to run? $0 COMMAND [ARGUMENT…]" >&2; exit 2; }

missing=
for program in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static; do
  command -v "${program%:*}" >/dev/null || missing="$missing ${program#*:}"
done
[ -z "$missing" ] || apt-get install -y --no-install-recommends $missing >&2

# Unpacked, not installed: nothing of it is for this machine to boot.
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [ ! -e "$cache/kernel/complete" ]; then (
  rm -rf "$cache/kernel" && mkdir -p "$cache/kernel/packages" && cd "$cache/kernel/packages"
  apt-get download "$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-.*\)/\1/p')" >&2
  dpkg-deb -x ./*.deb .. && rm ./*.deb && cd ..
  busybox depmod -b "$PWD" "$(ls lib/modules)"
  touch complete
) fi
flock -u 9
version=$(ls "$cache/kernel/lib/modules")

accel=tcg,thread=multi
patience=${LONGSHORE_TEST_PATIENCE:-6}
# Some machines have the device, and no virtualization behind it that this kernel could use.
if [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo; then
  accel=kvm
  patience=${LONGSHORE_TEST_PATIENCE:-1}
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
modules=lib/modules/$version
mkdir -p "$root/bin" "$root/$modules"
cp "$(command -v busybox)" "$root/bin/busybox"
cp "$here/init.sh" "$root/init" && chmod 755 "$root/init"
cp "$here/inside.sh" "$root/inside"
(
  cd "$cache/kernel/$modules"
  cp modules.* "$root/$modules"
  # What it takes to reach this machine's files; they have the rest.
  cp --parents -r kernel/fs/9p kernel/fs/netfs kernel/fs/fscache kernel/fs/overlayfs kernel/net/9p kernel/drivers/virtio \
    "$root/$modules"
)
quoted=
for word; do quoted="$quoted '$(printf %s "$word" | sed "s/'/'\\\\''/g")'"; done
cat >"$root/command" <<END
export PATH='$PATH' HOME=/root LANG=C.UTF-8 LONGSHORE_TEST_PATIENCE=$patience
cd '$PWD' && exec$quoted
END
(cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null) >"$work/initrd"

qemu-system-x86_64 -nodefaults -display none -no-reboot \
  -accel "$accel" -cpu max -smp "$(nproc)" -m "${LONGSHORE_VM_MEMORY:-4096}" \
  -kernel "$cache/kernel/boot/vmlinuz-$version" -initrd "$work/initrd" \
  -append "console=ttyS0 quiet panic=-1 machine_kernel=$cache/kernel" \
  -serial stdio -serial "file:$work/code" \
  -virtfs local,path=/,mount_tag=machine,security_model=none,readonly=on,multidevs=remap \
  ${LONGSHORE_VM_QEMU:-} </dev/null
code=$(tr -d '\r\n' <"$work/code")
[ -n "$code" ] || echo "The virtual machine ended before the command did." >&2
exit "${code:-70}"
