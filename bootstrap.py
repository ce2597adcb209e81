#!/usr/bin/env python3
"""通鉴一键入口 / One command to set up and run Tongjian. Needs Python 3.11+ and nothing else.

Installs exactly what requirements/*.txt pins by hash into .venv beside this file, with uv
where there is one and pip otherwise. Works on a bare Debian python3 too (no ensurepip).
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

# Newer syntax must stay out of this file: an old Python has to get as far as this message.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        f"通鉴需要 Python 3.11 或更新版本，当前为 {sys.version.split()[0]}。"
        "请安装后用它运行，例如：python3.11 bootstrap.py\n"
        f"Tongjian needs Python 3.11 or newer, this is {sys.version.split()[0]}. "
        "Install one and run this file with it, for example: python3.11 bootstrap.py"
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "tongjian-setup.txt"
SETS = ("core", "site", "dev")  # each holds those before it
LOCKS = {
    name: ROOT / f"requirements/lock{'' if name == 'core' else f'-{name}'}.txt" for name in SETS
}
LOCK_HEAD = "# 自动生成，请勿手改 / Generated, do not edit: python3 bootstrap.py lock\n"
UNFINISHED = "unfinished"
COVERED = {"rules": 95, "engine": 95, "uncertainty": 95}  # package: per cent, branches included


class SetupError(Exception):
    """The environment cannot be made; the text says what is missing and what to do."""


def say(zh: str, en: str) -> None:
    print(f"[tongjian] {zh} / {en}", flush=True)


# ---- the environment ---------------------------------------------------------------------


def host_python() -> str:
    """The interpreter that makes .venv: never the one inside it, which may be replaced."""
    if Path(sys.prefix).resolve() == VENV:
        return getattr(sys, "_base_executable", sys.executable)
    return sys.executable


def find_uv() -> str | None:
    return shutil.which("uv") or shutil.which("uv", path=str(BIN))


def runs(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def fingerprint() -> str:
    """Changes with the locks and with the package's metadata."""
    digest = hashlib.sha256()
    for path in [ROOT / "pyproject.toml", *LOCKS.values()]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def ensure(wanted: str) -> None:
    """Make .venv hold the wanted set, one of `SETS`; returns at once when it does."""
    stamp = STAMP.read_text("utf-8").split("\n") if STAMP.exists() else []
    held, state, root = stamp if len(stamp) == 3 else ("", "", "")
    if (
        held in SETS[SETS.index(wanted) :]
        and (state, root) == (fingerprint(), str(ROOT))
        and PYTHON.exists()
    ):
        return
    # Scripts in .venv carry its path, so one that came along with a moved tree is of no use.
    broken = bool(stamp) and (state == UNFINISHED or root != str(ROOT))
    if VENV.exists() and (broken or not runs(str(PYTHON), "-c", "")):
        say("清除不完整的 .venv", "Removing a .venv that is not whole")
        shutil.rmtree(VENV)
    if held in SETS:  # a lock that changed must not take the tools away
        wanted = max(held, wanted, key=SETS.index)
    VENV.mkdir(exist_ok=True)
    STAMP.write_text(f"{wanted}\n{UNFINISHED}\n{ROOT}", "utf-8")
    if not PYTHON.exists():
        create_venv()
    install(wanted)
    STAMP.write_text(f"{wanted}\n{fingerprint()}\n{ROOT}", "utf-8")
    say("环境就绪", "Environment ready")


def create_venv() -> None:
    say("建立虚拟环境 .venv", "Creating .venv")
    uv = find_uv()
    bare = [] if find_spec("ensurepip") else ["--without-pip"]  # Debian ships ensurepip apart
    ways = [[uv, "venv", "--quiet", "--allow-existing", "--python", host_python()]] if uv else []
    for way in [*ways, [host_python(), "-m", "venv", *bare]]:
        if subprocess.call([*way, str(VENV)]) == 0:
            return
    raise SetupError(
        f"{host_python()} 无法建立虚拟环境。若缺少 venv 模块，请安装 python3-venv"
        "（Debian/Ubuntu：apt install python3-venv）或 uv，然后重试。\n"
        f"{host_python()} cannot create a virtual environment. If its venv module is missing, "
        "install python3-venv (Debian/Ubuntu: apt install python3-venv) or uv, then try again."
    )


def installers() -> Iterator[tuple[str, list[str]]]:
    """Ways to install into .venv, best first. A later one is tried when an earlier one fails,
    because pip may know a mirror (pip.conf) that uv does not read."""
    uv = find_uv()
    if uv:
        yield "uv", [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    pip = ["install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    if runs(str(PYTHON), "-m", "pip", "--version") or runs(str(PYTHON), "-m", "ensurepip"):
        yield "pip", [str(PYTHON), "-m", "pip", *pip]
        return
    for outer in ([host_python(), "-m", "pip"], ["pip3"], ["pip"]):
        if runs(*outer, "--python", str(PYTHON), "--version"):
            yield "pip", [*outer, "--python", str(PYTHON), *pip]
            return


def install(wanted: str) -> None:
    env = {**os.environ, "PIP_USER": "0"}  # "user = true" in a pip.conf would bypass .venv
    steps = [
        ["--no-deps", "--require-hashes", "-r", str(LOCKS[wanted])],  # locks are complete
        ["--no-deps", "--no-build-isolation", "-e", str(ROOT)],
    ]
    tried = []
    for tool, command in installers():
        tried.append(tool)
        say(f"用 {tool} 安装依赖（{wanted}）", f"Installing dependencies ({wanted}) with {tool}")
        if all(subprocess.call([*command, *step], env=env) == 0 for step in steps):
            return
    if tried:
        raise SetupError(
            f"依赖安装失败（已试 {'、'.join(tried)}），原因见上。请检查网络、代理或软件源后重试。\n"
            f"Installing failed (tried {', '.join(tried)}), see above for the cause. Check the "
            "network, the proxy or the package mirror, then try again."
        )
    raise SetupError(
        "没有可用的安装工具：本机既无 uv，也无 pip。请安装其一后重试：\n"
        "Nothing to install with: neither uv nor pip is here. Install one of them and try again:\n"
        "  apt install python3-venv | apt install python3-pip | uv"
    )


# ---- commands ----------------------------------------------------------------------------


def call(*command: str, cwd: Path | None = ROOT) -> int:
    return subprocess.call([str(PYTHON), "-m", *command], cwd=cwd, env=compiling())


def compiling() -> dict[str, str]:
    """An environment in which modules are compiled once, and not by each process anew.

    Images of containers forbid it (PYTHONDONTWRITEBYTECODE), and a process then takes seconds to
    start. What is compiled lies in .venv, so that nothing is written beside the sources all the
    same.
    """
    env = dict(os.environ)
    if env.pop("PYTHONDONTWRITEBYTECODE", ""):
        env.setdefault("PYTHONPYCACHEPREFIX", str(VENV / "pycache"))
    return env


def setup(args: list[str]) -> int:
    """建立环境 / make the environment [--site: 含网页应用 / web; --dev: 含测试工具 / tests]"""
    ensure(next((name for name in ("dev", "site") if f"--{name}" in args), "core"))
    return 0


def demo(args: list[str]) -> int:
    """运行演示 / run the demonstration"""
    ensure("site")
    return run(["demo", *args])


def run(args: list[str]) -> int:
    """运行 tongjian 命令 / run the tongjian command line"""
    ensure("core")
    return call("tongjian", *args, cwd=None)  # paths are meant from where the user stands


def test(args: list[str]) -> int:
    """运行测试 / run the tests [pytest ARGS]"""
    ensure("dev")
    return call("pytest", *together(args), *args)


def test_all(args: list[str]) -> int:
    """运行全部测试，含穷举部分 / run the tests and the exhaustive part as well [pytest ARGS]"""
    return test(["--exhaustive", *args])


def together(args: list[str]) -> list[str]:
    """Options with which as many processes share the tests as there are cores."""
    cores = min(os.cpu_count() or 1, 4)  # each holds a rulebook, and one of them Spark
    chosen = any(one in ("-n", "--pdb") or one.startswith("--numprocesses") for one in args)
    order = "--no-loadscope-reorder"  # what takes longest comes first: tests/conftest.py
    return [] if chosen or cores == 1 else ["-n", str(cores), "--dist", "loadgroup", order]


def cover(args: list[str]) -> int:
    """测试并检查分支覆盖率 / run the tests and check coverage by branch [pytest ARGS]"""
    ensure("dev")
    sources = [f"--cov=tongjian.{package}" for package in COVERED]
    report = ("--cov-branch", "--cov-report=")
    failed = call("pytest", *sources, *report, *together(args), *args)
    for package in COVERED:  # each by itself, so that one cannot hide behind another
        say(f"tongjian.{package} 的覆盖率", f"Coverage of tongjian.{package}")
        only = f"--include=*/tongjian/{package}/*"
        limit = f"--fail-under={COVERED[package]}"
        failed |= call("coverage", "report", only, "--precision=1", limit)
    return int(failed != 0)


def lint(args: list[str]) -> int:
    """检查代码 / check the code (ruff, mypy, bandit)"""
    ensure("dev")
    checks = (
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("bandit", "--quiet", "--configfile", "pyproject.toml", "-r", "src/tongjian/site"),
    )
    return max(abs(call(*check)) for check in checks)  # all of them, so one run shows everything


def audit(args: list[str]) -> int:
    """核对依赖有无已知漏洞（需联网）/ look for known faults of dependencies (needs a network)"""
    ensure("dev")
    # A package that cannot be looked up is a failure: silence is no clean bill.
    options = ("--strict", "--disable-pip", "--no-deps", "--progress-spinner=off")
    return max(call("pip_audit", *options, "-r", str(LOCKS[name]), *args) for name in SETS)


def bench(args: list[str]) -> int:
    """运行性能测试 / run the benchmarks"""
    ensure("dev")
    return call("benchmarks", *args)


def lock(args: list[str]) -> int:
    """重算 requirements/*.txt / remake requirements/*.txt [--upgrade]"""
    if not find_uv():
        ensure("core")
        call("pip", "install", "--quiet", "uv")  # on failure pip has said why
    options = "--quiet --universal --python-version 3.11 --generate-hashes --no-annotate"
    command = [find_uv() or "uv", "pip", "compile", *options.split(), "--no-header"]
    command += ["pyproject.toml", "--group", "build", *args]
    for name, path in LOCKS.items():
        wanted = {"site": ["site"], "dev": ["dev", "bench"]}.get(name, [])
        extras = [option for extra in wanted for option in ("--extra", extra)]
        if subprocess.call([*command, *extras, "--output-file", str(path)], cwd=ROOT):
            return 1
        path.write_text(LOCK_HEAD + path.read_text("utf-8"), "utf-8", newline="\n")
        say(f"已写入 {path.name}", f"Wrote {path.name}")
    return 0


def clean(args: list[str]) -> int:
    """删除 .venv 与缓存 / remove .venv and caches (not the demonstration's output)"""
    caches = (".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", "htmlcov")
    for name in (".venv", *caches, "build", "dist"):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for folder in ("src", "tests", "benchmarks"):
        for cache in list((ROOT / folder).rglob("__pycache__")):
            shutil.rmtree(cache, ignore_errors=True)
    for data in (ROOT / ".coverage", *ROOT.glob(".coverage.*")):
        data.unlink(missing_ok=True)
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    command.__name__.replace("_", "-"): command
    for command in (setup, demo, run, test, test_all, cover, lint, audit, bench, lock, clean)
}


def main(arguments: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # non-UTF-8 consoles
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__, "\n用法 / usage: python3 bootstrap.py COMMAND", sep="")
        print(*(f"  {name:8} {f.__doc__}" for name, f in COMMANDS.items()), sep="\n")
        return 0 if not arguments or arguments[0] in ("-h", "--help", "help") else 2
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
