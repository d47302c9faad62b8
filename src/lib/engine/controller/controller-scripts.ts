import { controllerName, systemUnitPath } from '../../api/controller-unit.js';
import type { HostScript } from '../../hosts/hosts.js';

/*
 * What is run on the host of a controller. Each is one line without single quotes and backslashes, so that any login shell
 * hands it on as it is; what comes from elsewhere stands in the arguments.
 */

const path = 'PATH=$PATH:/usr/local/bin:/usr/sbin:/usr/local/sbin:/sbin';

/** Changes nothing. A program may end its output without a line break, so each part begins with one. */
const look = [
  path,
  'echo; echo == user; id -un',
  'echo; echo == systemd; command -v systemctl >/dev/null 2>&1 && test -d /run/systemd/system && echo yes',
  'echo; echo == root; if test "$(id -u)" = 0; then echo login; elif sudo -n true 2>/dev/null; then echo sudo; fi',
  'echo; echo == home; echo "$HOME"',
  'echo; echo == cache; echo "${XDG_CACHE_HOME:-$HOME/.cache}/longshore"',
  'echo; echo == longshore; command -v longshore',
  'echo; echo == node; command -v node',
  'echo; echo == version; longshore --version 2>/dev/null',
  'echo; echo == state; state=$(longshore state path 2>/dev/null); echo "$state"',
  // Where there is none yet, listing would make an empty one.
  'echo; echo == clusters; test -e "$state" && longshore list-clusters --output json 2>/dev/null',
  'echo; echo == enabled; systemctl is-enabled "$2" 2>/dev/null',
  'echo; echo == active; systemctl is-active "$2" 2>/dev/null',
  'echo; echo == unit; cat "$1" 2>/dev/null',
  'true',
].join('; ');

/**
 * Puts the unit in place in one step, and back what was there before where systemd won't have it. Who asked may be gone
 * before the end.
 */
const install = [
  path,
  'exec 2>&1',
  'trap "" HUP PIPE',
  'umask 022',
  'folder=${2%/*}',
  'mkdir -p "$folder" || exit 11',
  'new=$(mktemp "$folder/.$3.XXXXXX") || exit 11',
  'trap "rm -f $new $new.old" EXIT',
  'printf %s "$1" | base64 -d >"$new" && test -s "$new" && chmod 0644 "$new" || exit 11',
  'was=$(systemctl is-active "$3")',
  'had=no; if test -e "$2"; then had=yes; cp -p "$2" "$new.old" || exit 11; fi',
  'news=yes; cmp -s "$new" "$2" && news=no',
  'mv -f "$new" "$2" || exit 11',
  'if systemctl daemon-reload && systemctl enable --now "$3" && { test $had$news != yesyes || systemctl restart "$3"; }; then sleep 2; systemctl is-active "$3"; exit 0; fi',
  'if test $had = yes; then mv -f "$new.old" "$2"; else systemctl disable --now "$3" >/dev/null; rm -f "$2"; fi',
  'systemctl daemon-reload',
  'if test $had$was = yesactive; then systemctl restart "$3"; fi',
  'exit 12',
].join('; ');

const remove = [
  path,
  'exec 2>&1',
  'trap "" HUP PIPE',
  'test -e "$1" || exit 0',
  'systemctl disable --now "$2" && rm -f "$1" && systemctl daemon-reload || exit 12',
  'systemctl reset-failed "$2" >/dev/null 2>&1',
  'exit 0',
].join('; ');

/** Seconds. A service that ends may take its time, and Longshore's own verbs that of a machine under load. */
const limits = { look: 30, change: 150 };

export const lookScript: HostScript = {
  text: look,
  args: [systemUnitPath, controllerName],
  limit: limits.look,
};

export const installScript = (unit: string, sudo: boolean): HostScript => ({
  text: install,
  args: [Buffer.from(unit).toString('base64'), systemUnitPath, controllerName],
  sudo,
  limit: limits.change,
});

export const removeScript = (sudo: boolean): HostScript => ({
  text: remove,
  args: [systemUnitPath, controllerName],
  sudo,
  limit: limits.change,
});
