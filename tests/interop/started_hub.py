"""A hub of its own for a test: programs as built, new keys, a free port, a folder that goes."""

import signal
import subprocess
from pathlib import Path

ORIGIN = "interop.jobbro.example"
JOBCENTRE, PROVIDER = "jobcentre:630", "provider:99326018-9100000031"
COMMAND_SECONDS_MAX = 60
SANITIZER_MARKS = ("runtime error", "Sanitizer")  # in what a hub with sanitizers writes to stderr


def field_of(key_file: Path, name: str) -> str:
    lines = dict(line.split(" ", 1) for line in key_file.read_text("utf-8").splitlines())
    return lines[name]


class Hub:
    """A hub in a folder of its own, with a jobcentre and a provider. Start it before use."""

    def __init__(self, programs: Path, folder: Path, has_http: bool = False):
        self.programs = programs
        self.folder = folder
        self.has_http = has_http
        self.process = None
        self.endpoint = ""
        self.http = ""  # its address, when it has one

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def public(self, name: str) -> Path:
        return self.folder / f"{name}.key.pub"

    def run(self, program: str, *arguments, stdin: str = "") -> str:
        done = subprocess.run([self.programs / program, *arguments], input=stdin, text=True,
                              capture_output=True, timeout=COMMAND_SECONDS_MAX, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{program} {arguments} ended with {done.returncode}:\n"
                                 f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done.stdout

    def client(self, *arguments, stdin: str = "") -> str:
        return self.run("jobbro", *arguments, stdin=stdin)

    def run_as(self, name: str, *arguments, stdin: str = "", program: str = "jobbro") -> str:
        return self.run(program, "--hub", self.endpoint, "--hub-key", str(self.public("hub")),
                        "--key", str(self.key(name)), *arguments, stdin=stdin)

    def make_keys(self, name: str, party: str):
        self.client("keygen", party, "--out", str(self.key(name)))

    def add_party(self, name: str, party: str, *jobcentres: str):
        """Registers the keys that stand under `name`."""
        reach = [word for jobcentre in jobcentres for word in ("--jobcentre", jobcentre)]
        self.run_as("operator", "party", "add", party, "--public", str(self.public(name)),
                    "--controller-key", str(self.key("controller")), *reach)

    def start(self):
        self.client("keygen-hub", ORIGIN, "--out", str(self.key("hub")))
        for name, party in (("controller", "controller:demo"), ("operator", "operator:demo"),
                            ("jobcentre", JOBCENTRE), ("provider", PROVIDER)):
            self.make_keys(name, party)
        self.config().write_text(f'''
[hub]
data = "{self.folder / "hub"}"
keys = "{self.key("hub")}"
listen = "tcp://127.0.0.1:*"
[ops]
http = "{"127.0.0.1:0" if self.has_http else ""}"
log_level = "warn"
[limits]
free_bytes_min = 0
[[controller]]
name = "demo"
signing_key = "{field_of(self.public("controller"), "signing")}"
jobcentres = ["{JOBCENTRE}"]
[[operator]]
public_keys = "{self.public("operator")}"
''', "utf-8")
        self.run_hub()
        self.add_party("jobcentre", JOBCENTRE)
        self.add_party("provider", PROVIDER, JOBCENTRE)

    def hand_over(self):
        """Starts it again, after it has stopped, with another key of its log."""
        new = self.folder / "new.key"
        self.client("keygen-hub", ORIGIN, "--from", str(self.key("hub")), "--renew", "log",
                    "--out", str(new))
        former = self.key("hub").rename(self.key("former"))
        self.public("hub").rename(self.public("former"))
        new.rename(self.key("hub"))
        new.with_suffix(".key.pub").rename(self.public("hub"))
        self.run_hub("--former-hub-keys", str(former))

    def take_other_keys(self, name: str, party: str):
        new = self.folder / "new.key"
        self.client("keygen", party, "--out", str(new))
        self.run_as(name, "party", "rotate", "--new-keys", str(new))
        new.rename(self.key(name))
        new.with_suffix(".key.pub").rename(self.public(name))

    def run_hub(self, *options: str):
        arguments = [self.programs / "jobbro-hub", "--config", self.config(), *options]
        with self.errors().open("ab") as errors:
            self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=errors,
                                            text=True)
        word, _, endpoint = self.process.stdout.readline().strip().partition(" ")
        if word != "listening":
            raise AssertionError(f"the hub did not start:\n{self.error_text()[-2000:]}")
        self.endpoint = endpoint
        if self.has_http:
            self.http = "http://" + self.process.stdout.readline().strip().removeprefix("http ")

    def config(self) -> Path:
        return self.folder / "hub.toml"

    def errors(self) -> Path:
        return self.folder / "hub.stderr"

    def error_text(self) -> str:
        return self.errors().read_text("utf-8", "replace") if self.errors().exists() else ""

    def stop(self) -> int:
        """Asks it to stop and returns its exit status; kills it when it does not. Stopping again
        returns the same status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(COMMAND_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process.stdout.close()

    def end(self):
        """Stops it if it was started. Errors: AssertionError, when its exit status is not 0 or a
        sanitizer has reported something."""
        if self.process is None:
            return
        status, text = self.stop(), self.error_text()
        if status != 0 or any(mark in text for mark in SANITIZER_MARKS):
            raise AssertionError(f"the hub ended with status {status}:\n{text[-4000:]}")
