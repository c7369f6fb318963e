#!/bin/bash
# Run README's commands as a newcomer would: tools/try_install.sh [bare|postgresql] [TARGET …]
#
# Makes a root of Debian 12 with what debootstrap's minimum has, installs git and make into it, clones
# the last commit, and runs `make demo` and `make test` (or TARGETs) there as root. The variants:
#   bare        nothing else is there
#   postgresql  libpq-dev and postgresql are, as on many machines: a pg_config without server headers
# Both run when none is named. Packages come from where this machine's apt, npm and pip have them.
#
# The environment may say:
#   MIRROR  of Debian's packages, where this machine's apt knows none of Debian 12
#   CACHE   for the base system and packages; default $XDG_CACHE_HOME/foretell, ~/.cache/foretell
#   TMPDIR  for the root, 4 GB; default /var/tmp
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

suite=bookworm
cache=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/foretell}
readonly source=$PWD suite cache

say() { echo "try: $*"; }
die() { echo "try: $*" >&2; exit 1; }

check_machine() {
  ((EUID == 0)) || die "this makes a root of its own and changes into it: run it as root"
  local program
  for program in debootstrap unshare chroot git; do
    command -v "$program" >/dev/null ||
      die "there is no $program here (on Debian: apt-get install debootstrap util-linux coreutils git)"
  done
  unshare --mount --pid --fork --kill-child true 2>/dev/null ||
    die "this system allows no namespaces (unshare --mount --pid): run it on a whole machine"
}

# Lines for sources.list: where this machine's apt has Debian 12.
list_sources() {
  if [[ -n ${MIRROR:-} ]]; then
    echo "deb $MIRROR $suite main"
  else
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
      'Created-By: Packages' 'Origin: Debian' | grep -E "^deb [^ ]+ $suite[a-z-]* main$" | sort -u
  fi
}

mirror_of() { sed -n "s/^deb \([^ ]*\) $suite main$/\1/p" | head -n 1; }

# How packages are brought here: proxies, certificates, checks that are off.
list_apt_options() {
  apt-config dump | grep -E '^(Acquire|APT::Authentication)::' | grep -vE '^Acquire::(IndexTargets|cdrom)'
}

# The base system, as an archive in the cache.
make_base() {
  local sources=$1 archive=$2 folder=$3 mirror
  [[ -f $archive ]] && return
  mirror=$(mirror_of <<<"$sources")
  say "making Debian's base system"
  debootstrap --variant=minbase "$suite" "$folder" "$mirror" >"$folder.log" 2>&1 ||
    { tail -n 20 "$folder.log" >&2; die "debootstrap failed"; }
  rm -f "$folder"/var/cache/apt/archives/*.deb
  tar -C "$folder" -cf "$archive.new" .
  mv "$archive.new" "$archive"
  rm -rf "$folder"
}

# A file of this machine's, where it has one.
copy_in() {
  local root=$1 file
  shift
  for file in "$@"; do
    [[ -e $file ]] || continue
    mkdir -p "$root$(dirname "$file")"
    cp -rL "$file" "$root$file"
  done
}

# What this machine needs to reach packages, so that the root does too.
copy_access() {
  local root=$1 folder=/usr/local/share/ca-certificates
  list_apt_options >"$root/etc/apt/apt.conf.d/90machine"
  copy_in "$root" /etc/resolv.conf /etc/hosts /etc/apt/auth.conf /etc/apt/auth.conf.d \
    /etc/apt/trusted.gpg.d /etc/apt/keyrings $folder /etc/npmrc ~/.npmrc /etc/pip.conf \
    ~/.config/pip/pip.conf
}

list_environment() {
  env | grep -E '^((http|https|no|all)_proxy|(HTTP|HTTPS|NO|ALL)_PROXY|PIP_[A-Z_]+|npm_config_\w+|NPM_CONFIG_\w+|NODE_EXTRA_CA_CERTS)='
}

make_root() {
  local root=$1 sources archive=$cache/debian-$suite-$(uname -m).tar
  sources=$(list_sources) && [[ -n $(mirror_of <<<"$sources") ]] ||
    die "this machine's apt knows no Debian 12 ($suite); run apt-get update, or set MIRROR"
  mkdir -p "$cache/archives/partial"
  make_base "$sources" "$archive" "$root.base"
  mkdir "$root"
  tar -C "$root" -xf "$archive"
  copy_access "$root"
  echo "$sources" >"$root/etc/apt/sources.list"
  git clone -q --no-local "$source" "$root/root/foretell"
}

# In a mount and process namespace of its own: all of it is gone when this process is.
enter() {
  local root=$1
  shift
  mount --make-rprivate /
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount --rbind /dev "$root/dev"
  mount --bind "$cache/archives" "$root/var/cache/apt/archives"
  mapfile -t environment < <(list_environment)
  exec chroot "$root" env -i HOME=/root TERM=dumb DEBIAN_FRONTEND=noninteractive \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${environment[@]}" "$@"
}

inside() {
  local root=$1
  shift
  unshare --mount --pid --fork --kill-child "$source/tools/try_install.sh" --enter "$root" "$@"
}

try_variant() {
  local variant=$1 root=$work/$1 packages=(git make) target start
  shift
  [[ $variant == postgresql ]] && packages+=(libpq-dev postgresql)
  make_root "$root"
  say "$variant: installing ${packages[*]}"
  inside "$root" sh -c 'apt-get -q update && apt-get -qy install "$@"' sh "${packages[@]}" \
    >"$root.log" 2>&1 || { tail -n 20 "$root.log" >&2; die "$variant: apt-get failed"; }
  for target in "$@"; do
    say "$variant: make $target, of $(git describe --always)"
    start=$SECONDS
    inside "$root" make -C /root/foretell "$target" 2>&1 | tee "$root.log" ||
      die "$variant: make $target FAILED after $((SECONDS - start)) s"
    say "$variant: make $target ok after $((SECONDS - start)) s"
    [[ $target != test ]] || grep -qE '^[1-9][0-9]* passed, 0 failed' "$root.log" ||
      die "$variant: make test did not say how many tests passed"
  done
  rm -rf --one-file-system "$root"
}

if [[ ${1:-} == --enter ]]; then
  shift
  enter "$@"
fi
variants=() targets=()
for word in "$@"; do
  case $word in
    bare | postgresql) variants+=("$word") ;;
    -*) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 2 ;;
    *) targets+=("$word") ;;
  esac
done
((${#variants[@]})) || variants=(bare postgresql)
((${#targets[@]})) || targets=(demo test)
check_machine
[[ -z $(git status --porcelain) ]] || say "changes that are not committed are not tried"
work=$(mktemp -d "${TMPDIR:-/var/tmp}/foretell-try-XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM
for variant in "${variants[@]}"; do
  try_variant "$variant" "${targets[@]}"
done
say "all passed: ${variants[*]}: make ${targets[*]}"
