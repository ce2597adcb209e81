# Thin aliases for bootstrap.py, which works without make too.
# Arguments go through ARGS, for example: make test ARGS="-k steel"
PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test test-all cover lint audit bench lock clean

help:  ## 显示本帮助 / show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo:  ## 运行演示 / run the demonstration
	@$(PYTHON) bootstrap.py demo $(ARGS)

test:  ## 运行测试 / run the tests
	@$(PYTHON) bootstrap.py test $(ARGS)

test-all:  ## 运行全部测试，含穷举部分 / run the tests and the exhaustive part as well
	@$(PYTHON) bootstrap.py test-all $(ARGS)

cover:  ## 测试并检查分支覆盖率 / run the tests and hold rules and engine to 95 % coverage by branch
	@$(PYTHON) bootstrap.py cover $(ARGS)

lint:  ## 检查代码 / check the code (ruff, mypy, bandit)
	@$(PYTHON) bootstrap.py lint

audit:  ## 核对依赖有无已知漏洞（需联网）/ look for known faults of dependencies (needs a network)
	@$(PYTHON) bootstrap.py audit $(ARGS)

bench:  ## 运行性能测试 / run the benchmarks
	@$(PYTHON) bootstrap.py bench $(ARGS)

lock:  ## 重算依赖锁 / remake the dependency locks (ARGS=--upgrade for newer versions)
	@$(PYTHON) bootstrap.py lock $(ARGS)

clean:  ## 删除 .venv 与缓存 / remove .venv and caches
	@$(PYTHON) bootstrap.py clean
