#!/usr/bin/env bash
# Runs the README's two commands on a bare machine: see --help.
set -euo pipefail

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 2
}

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
suite=bookworm
root=
commands=()
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help)
      cat <<'HELP'
Usage: src/test/bare-machine.sh --root DIR [OPTION...]

Checks that the README's two commands need nothing but git and certificates. It creates a root folder
with a bare Debian, clones the last commit into it, and runs both commands in it with chroot:
scripts/run-local.sh --duration 60s, then scripts/verify.sh. It exits with 0 only if both succeed.

Needs root permissions, debootstrap and git. The bare machine shares the local Maven repository of
this machine, so that libraries are not downloaded again. It also gets this machine's own
certificates, from /usr/local/share/ca-certificates.

  --root DIR       the folder; if it is new or empty, a bare Debian is created in it
  --suite NAME     the release of Debian (default: bookworm)
  --command LINE   run this line in the clone instead of the two commands; can be repeated
  -h, --help       show this help and exit

Example:
  src/test/bare-machine.sh --root /var/tmp/bare
HELP
      exit 0
      ;;
    --root | --suite | --command)
      [[ $# -gt 1 ]] || fail "$1 needs a value; see --help"
      case $1 in
        --root) root=$2 ;;
        --suite) suite=$2 ;;
        --command) commands+=("$2") ;;
      esac
      shift 2
      ;;
    *) fail "unknown option $1; see --help" ;;
  esac
done
[[ -n $root ]] || fail "--root is missing; see --help"
[[ $(id -u) == 0 ]] || fail "root rights are needed, to change the root folder"
command -v debootstrap >/dev/null 2>&1 || fail "debootstrap is missing: install it"
[[ ${#commands[@]} -gt 0 ]] || commands=("scripts/run-local.sh --duration 60s" "scripts/verify.sh")

mkdir -p "$root"
root=$(cd "$root" && pwd)
if [[ -z $(ls -A "$root") ]]; then
  debootstrap --variant=minbase --include=git,ca-certificates "$suite" "$root"
fi

cp /etc/resolv.conf /etc/hosts "$root/etc/"
if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
  cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
  chroot "$root" update-ca-certificates >/dev/null
fi

# Maven and the scripts look for their things in the home of who runs them, within the root.
home=$(chroot "$root" getent passwd 0 | cut -d : -f 6)
repository=~/.m2/repository
mkdir -p "$repository" "$root$home/.m2/repository"
unmount() {
  local point
  for point in "${home#/}/.m2/repository" dev sys proc ''; do
    umount -l "$root/$point" 2>/dev/null || true
  done
}
trap unmount EXIT
# OpenSearch looks for the mount point that its folder is below.
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --bind /dev "$root/dev"
mount --bind "$repository" "$root$home/.m2/repository"

rm -rf "$root$home/project"
git clone -q "$project" "$root$home/project"
echo "Commit $(git -C "$root$home/project" log -1 --format='%h %s')"
for command in "${commands[@]}"; do
  echo "Running $command"
  started=$SECONDS
  chroot "$root" /usr/bin/env -i HOME="$home" LANG=C.UTF-8 TERM=dumb \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    bash -c "cd ~/project && $command" || {
    status=$?
    echo "$command ended with $status after $((SECONDS - started)) s" >&2
    exit 1
  }
  echo "$command ended with 0 after $((SECONDS - started)) s"
done
