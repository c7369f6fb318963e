"""Throw-away PostgreSQL servers: their own copy of the installation, data below a temporary folder,
the loopback address only, ended by their process.

The copy is made of links, with the extension installed into it by DESTDIR: a server finds its
libraries and scripts from where its program lies, so the machine's own installation stays as it is.
"""
import contextlib
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = ("postgres", "initdb", "pg_ctl", "pg_dump", "pg_restore", "pg_basebackup", "pg_upgrade",
            "pg_controldata", "pg_resetwal", "pg_dumpall", "vacuumdb", "psql")
SETTINGS = {"fsync": "off", "listen_addresses": "'127.0.0.1'", "unix_socket_directories": "''",
            "max_connections": "60", "shared_buffers": "'64MB'", "log_min_messages": "log",
            "log_statement": "'all'", "timezone": "'UTC'"}


class Missing(Exception):
    """What the tests need is not on this machine."""


def pg_config(name):
    program = os.environ.get("PG_CONFIG", "pg_config")
    try:
        return subprocess.run([program, "--" + name], capture_output=True, text=True,
                              check=True).stdout.strip()
    except OSError as error:
        raise Missing(f"{program} is not here") from error


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def account():
    """Servers refuse to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        except KeyError:
            pass
    raise Missing("there is no account to run a server under")


def sanitizers(extension):
    """The libraries of the sanitizers that an extension was built with; a server loads them first."""
    done = subprocess.run(["ldd", extension], capture_output=True, text=True, check=True)
    return re.findall(r"=> (\S*/lib(?:a|ub)san\.so\S*)", done.stdout)


class Installation:
    """The machine's PostgreSQL with this build's extension, below a temporary folder."""

    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        self.account = account()
        if not pathlib.Path(pg_config("bindir"), "postgres").exists():
            raise Missing("the PostgreSQL server is not installed (Debian: postgresql)")
        if not (self.build / "postgres/foretell.so").exists():
            raise Missing("the extension is not built (make postgres)")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="foretell-pg-"))
        self.folder.chmod(0o755)
        self.root = self.folder / "root"
        for name in ("pkglibdir", "sharedir"):
            source = pg_config(name)
            target = self.root / source.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, target, copy_function=os.symlink)
        self.bin = self.root / pg_config("bindir").lstrip("/")
        self.bin.mkdir(parents=True, exist_ok=True)
        for program in PROGRAMS:  # the server looks for its files from its program's real place
            source = pathlib.Path(pg_config("bindir"), program)
            if source.exists():
                shutil.copy2(source, self.bin / program)
        self.install()
        self.bring_files()
        self.own(self.folder)
        self.environment = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", HOME=str(self.folder))
        preloaded = sanitizers(self.build / "postgres/foretell.so")
        self.sanitized = bool(preloaded)  # its trainers then have no limit of memory
        if preloaded:
            self.preload(preloaded)

    def preload(self, libraries):
        """A server has no leaks to look for, and measures how deep its stack is."""
        first = self.folder / "first_malloc.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-Wl,-z,initfirst", "-o", first,
                        ROOT / "test/postgres/first_malloc.c"], check=True)
        self.environment.update(
            LD_PRELOAD=":".join([*libraries, str(first)]),
            ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") +
            ":detect_leaks=0:detect_stack_use_after_return=0")

    def install(self):
        for name in ("pkglibdir", "sharedir"):  # links of an installed foretell are not to be written
            for old in (self.root / pg_config(name).lstrip("/")).rglob("foretell*"):
                if old.is_symlink():
                    old.unlink()
        subprocess.run(["make", "-s", "-C", self.build / "postgres", "-f",
                        ROOT / "hosts/postgres/Makefile", f"CORE={self.build}", "install",
                        f"DESTDIR={self.root}"], check=True, stdout=subprocess.DEVNULL)

    def bring_files(self):
        """Where the server's account may reach them: a clone in root's home is closed to others."""
        self.fixtures = shutil.copytree(ROOT / "test/fixtures", self.folder / "fixtures")
        self.trainer = self.folder / "build/foretell-trainer"
        self.trainer.parent.mkdir()
        shutil.copy2(self.build / "foretell-trainer", self.trainer)
        for part in ("xgboost", "xgboost_cpu.libs"):  # it finds them from where it is
            shutil.copytree(ROOT / ".deps" / part, self.folder / ".deps" / part)

    def own(self, path):
        if self.account:
            os.chown(path, self.account["user"], self.account["group"])

    def run(self, program, *arguments, **options):
        options.setdefault("check", True)
        environment = dict(self.environment, PGUSER="postgres", PGCONNECT_TIMEOUT="10")
        options.setdefault("input", "")
        return subprocess.run([self.bin / program, *arguments], capture_output=True, text=True,
                              cwd=self.folder, env=environment, **self.account, **options)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Failed(Exception):
    """A statement failed; the text is psql's."""


class Server:
    """One server; `settings` are lines of postgresql.conf."""

    def __init__(self, installation, name="main", settings=None, data=None):
        self.installation = installation
        self.folder = installation.folder
        self.name, self.port = name, free_port()
        self.data = data or self.folder / name
        self.log = self.folder / f"{name}.log"
        self.process = None
        if not data:
            installation.run("initdb", "-D", str(self.data), "-A", "trust", "-U", "postgres", "-N",
                             "-E", "UTF8", "--locale=C.UTF-8")
        self.configure(settings or {})

    def configure(self, settings):
        lines = dict(SETTINGS, port=self.port,
                     **{"foretell.trainer": f"'{self.installation.trainer}'"})
        lines.update(settings)
        with open(self.data / "postgresql.auto.conf", "a", encoding="utf-8") as file:
            for key, value in lines.items():
                file.write(f"{key} = {value}\n")

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.installation.bin / "postgres", "-D", self.data], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, cwd=self.folder, env=self.installation.environment,
                **self.installation.account)
        for _ in range(300):
            if self.process.poll() is not None:
                break
            if self.psql("SELECT 1", check=False).returncode == 0:
                return self
            time.sleep(0.1)
        raise Failed("the server did not start:\n" + self.log_text()[-2000:])

    def stop(self, signal=None):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal or 2)  # SIGINT: a fast shutdown
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()

    def restart(self):
        self.stop()
        self.start()

    def log_text(self):
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def url(self, database="postgres", user="postgres"):
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def psql(self, sql, database="postgres", user="postgres", check=True, timeout=300):
        """Run SQL by psql; every error ends it."""
        done = self.installation.run(
            "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-F", "\t", "-d",
            self.url(database, user), "-f", "-", input=sql, check=False, timeout=timeout)
        if check and done.returncode:
            raise Failed(f"{done.stderr.strip()}\nin: {sql[:400]}")
        return done

    def value(self, sql, **options):
        return self.psql(sql, **options).stdout.rstrip("\n")

    def error(self, sql, **options):
        """What a statement that must fail says."""
        done = self.psql(sql, check=False, **options)
        if done.returncode == 0:
            raise Failed(f"this did not fail: {sql[:400]}")
        return done.stderr


if __name__ == "__main__":  # a server to try things on: server.py BUILD
    with contextlib.ExitStack() as stack:
        here = Installation(sys.argv[1])
        stack.callback(here.remove)
        server = Server(here)
        stack.callback(server.stop)
        server.start()
        print(server.url(), server.folder, flush=True)
        try:
            server.process.wait()
        except KeyboardInterrupt:
            pass
