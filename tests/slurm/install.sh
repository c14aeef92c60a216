#!/usr/bin/env bash
# Installs SLURM and MUNGE for tests/slurm, on Debian or Ubuntu as root; elsewhere it says why not.
# Nothing is started: the tests start a cluster of their own, with a configuration of its own.
set -euo pipefail

if [ -x /usr/sbin/slurmctld ] && [ -x /usr/sbin/slurmd ] && [ -x /usr/sbin/munged ]; then
    echo "SLURM is installed"
elif [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "SLURM is not installed (that takes root and apt-get): its tests will be skipped"
else
    export DEBIAN_FRONTEND=noninteractive
    # Services that the packages would start by themselves stay off.
    if apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends slurm-wlm munge >/dev/null; then
        echo "SLURM is installed now"
    else
        echo "SLURM could not be installed: its tests will be skipped"
    fi
fi
