"""A real SLURM cluster on one machine: its controller, and nodes that can be killed.

`python tests/slurm/cluster.py` starts one and prints what to export to submit to it; Ctrl-C ends it.
Needs root, Linux, and the Debian packages that `tests/slurm/install.sh` installs.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "srun")
SEARCHED = os.environ["PATH"] + ":/usr/sbin:/sbin"
MARK = "MATXAI_TEST_NODE"  # tells the processes of one node from those of another
PATIENCE = 60  # seconds that a daemon may take to answer

# Nothing that needs a container's or the kernel's help (cgroups, accounting): one user's daemons.
# A dead node is noticed after 5 to 10 seconds and its jobs are queued again.
CONFIGURATION = """
ClusterName=matxai
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=10
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=5
SlurmdParameters=config_overrides
GresTypes=gpu
{nodes}
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """Why no cluster can be started here; empty if one can."""
    absent = [name for name in PROGRAMS if shutil.which(name, path=SEARCHED) is None]
    if absent:
        return f"no {', '.join(absent)} here: run tests/slurm/install.sh as root"
    return "" if os.geteuid() == 0 else "SLURM's daemons are started as root"


class Cluster:
    """A controller and nodes of 4 CPUs, 16 GB and one GPU (which SLURM only counts) each.

    To be used in a `with` block. CPUs are promised whether the machine has them or not.
    """

    def __init__(self, nodes=("one", "two")):
        self.nodes = nodes
        # /tmp, not pytest's folder: MUNGE's own user must be able to enter it.
        self.folder = Path(tempfile.mkdtemp(prefix="matxai-slurm-"))
        self.daemons = {}

    @property
    def environment(self):
        """Variables that SLURM's commands need to find this cluster."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": path}

    def __enter__(self):
        self.folder.chmod(0o755)
        try:
            self._start_munge()
            self._configure()
            self._start("slurmctld", "slurmctld", "-D", "-f", self.folder / "slurm.conf")
            for node in self.nodes:
                conf = self.folder / "slurm.conf"
                self._start(node, "slurmd", "-D", "-N", node, "-f", conf, **{MARK: node})
            self._wait_for(lambda: self.states() == dict.fromkeys(self.nodes, "idle"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in [name for name in self.daemons if name in self.nodes]:
            self.kill(name)
        for daemon in self.daemons.values():
            daemon.terminate()
        for daemon in self.daemons.values():
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, *command):
        """What one of SLURM's commands prints."""
        done = subprocess.run(
            command, env=os.environ | self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def states(self):
        """State of each node, as sinfo names it."""
        lines = self.ask("sinfo", "--Node", "--noheader", "--format=%N %T").splitlines()
        return {node: state.rstrip("*") for node, state in (line.split() for line in lines)}

    def jobs_on(self, node):
        """Comments (rule and wildcards) of the jobs that run on a node."""
        return self.ask(
            "squeue", "--noheader", "--states=R", f"--nodelist={node}", "--format=%k"
        ).splitlines()

    def kill(self, node):
        """End a node at once, its jobs with it, as a power cut does."""
        daemon = self.daemons.pop(node)
        # SLURM's manager of a job, which the node started, and the job live in sessions of their own.
        started = self._processes(f"{MARK}={node}") | self._processes(f"SLURMD_NODENAME={node}")
        for process in {daemon.pid} | started:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        daemon.wait()

    def log(self, name):
        """A daemon's log, for the message of a failed test."""
        path = self.folder / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def _start_munge(self):
        home = self.folder / "munge"
        home.mkdir(mode=0o755)
        key = home / "key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        for path in (home, key):
            shutil.chown(path, "munge", "munge")
        files = {"key": "key", "socket": "socket", "pid": "pid", "log": "log", "seed": "seed"}
        options = [
            f"--{option}{'' if option == 'socket' else '-file'}={home / name}"
            for option, name in files.items()
        ]
        self._start("munged", "munged", "--foreground", *options, user="munge")
        self._wait_for((home / "socket").exists)

    def _configure(self):
        host = socket.gethostname()
        ports = _free_ports(1 + len(self.nodes))
        nodes = "\n".join(
            f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=4 "
            "RealMemory=16000 Gres=gpu:1 State=UNKNOWN"
            for node, port in zip(self.nodes, ports[1:], strict=True)
        )
        text = CONFIGURATION.format(
            host=host, folder=self.folder, controller_port=ports[0], nodes=nodes
        )
        (self.folder / "slurm.conf").write_text(text)
        # SLURM drops a GPU without a device file; which file does not matter to it.
        (self.folder / "gres.conf").write_text("Name=gpu File=/dev/null\n")
        (self.folder / "state").mkdir()
        # Snakemake takes every SLURM_* variable away from the srun that it starts within a job.
        srun = self.folder / "bin" / "srun"
        srun.parent.mkdir()
        conf = self.environment["SLURM_CONF"]
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={conf} exec {shutil.which("srun")} "$@"\n')
        srun.chmod(0o755)

    def _start(self, name, program, *arguments, user=None, **variables):
        output = (self.folder / f"{name}.out").open("wb")
        self.daemons[name] = subprocess.Popen(
            [shutil.which(program, path=SEARCHED), *arguments],
            env=os.environ | self.environment | variables,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
            start_new_session=True,
        )

    def _wait_for(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            dead = [name for name, daemon in self.daemons.items() if daemon.poll() is not None]
            if dead or time.monotonic() > deadline:
                what = f"ended: {', '.join(dead)}" if dead else "did not answer"
                logs = [path for end in ("out", "log") for path in self.folder.glob(f"*.{end}")]
                text = "\n".join(f"{path.name}:\n{path.read_text()[-1500:]}" for path in logs)
                raise RuntimeError(f"SLURM {what}\n{text}")
            time.sleep(0.1)

    def _processes(self, variable):
        """Those of this cluster that were started with an environment variable."""
        asked = {f"SLURM_CONF={self.environment['SLURM_CONF']}".encode(), variable.encode()}
        found = set()
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended meanwhile
                if asked <= set((entry / "environ").read_bytes().split(b"\0")):
                    found.add(int(entry.name))
        return found


def _free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def main():
    """Start a cluster and keep it until Ctrl-C."""
    if reason := missing():
        raise SystemExit(reason)
    stopped = threading.Event()  # a second signal must not cut the clean-up
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with Cluster() as cluster:
        for name, value in cluster.environment.items():
            print(f"export {name}={value}", flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
