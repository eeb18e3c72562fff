# Inkan: the commands of this repository. `make help` lists them.
.PHONY: help demo dev test conformance faults screens check bench windows deb packages-demo packages-test packages-bench

CARGO ?= cargo
# The programs of the demo. Demo and test share one build directory.
PROGRAMS = -p inkan-server -p inkan-hsm-driver -p inkan-dev -p inkan-agent -p inkan-hsm-config -p inkan-tests \
           --bin inkan-server --bin inkan-hsm-driver --bin inkan-dev --bin inkan-agent --bin inkan-hsm --bin inkan-demo
# Builds a program and prints its path.
BUILT = CARGO="$(CARGO)" scripts/built
RUN_IN_TOOLS = PATH="$(CURDIR)/.work/tools/bin:$$PATH"

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: packages-demo ## one certificate, from the HSM to a customer's token, and a login with it; leaves nothing running
	@demo=$$($(BUILT) inkan-demo --locked $(PROGRAMS)) && exec "$$demo"

dev: packages-demo ## the same bank, kept running for a browser (Ctrl-C ends it)
	@demo=$$($(BUILT) inkan-demo --locked $(PROGRAMS)) && exec "$$demo" --dev

test: packages-test ## every test of the workspace: real HSM emulation, real tokens, both databases
	@$(RUN_IN_TOOLS) $(CARGO) nextest run --workspace --locked

conformance: packages-test ## what each kind of token can and cannot do, and why: one table, also in .work/conformance/table.md
	@rm -rf .work/conformance
	@INKAN_CONFORMANCE=all $(RUN_IN_TOOLS) $(CARGO) nextest run --locked -p inkan-tests -E 'test(/^conformance::/)'; \
	    outcome=$$?; cat .work/conformance/table.md; exit $$outcome

faults: packages-test ## every PKCS#11 return value from every function of the HSM, under load; writes docs/hsm-faults.md (half an hour)
	@INKAN_FAULTS=all $(RUN_IN_TOOLS) $(CARGO) nextest run --locked -p inkan-tests --no-capture -E 'test(/^hsm_faults::a_fault/)'

screens: packages-test ## pictures of every screen and of the agent's window, in both languages, into .work/screens
	@rm -rf .work/screens
	@INKAN_SCREENS=.work/screens $(RUN_IN_TOOLS) $(CARGO) nextest run --locked -p inkan-tests -E 'test(/^browser::every_screen/) or test(/^window::states/)'
	@node tests/browser/index.js .work/screens

check: ## formatting, lints, and the dependencies between crates and modules
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	@$(CARGO) test --quiet --locked --workspace --test it -- arrows::

bench: packages-bench ## measurements, compared with the bare token and other programs (release build; a quarter of an hour; PARTS=ocsp does one)
	@bench=$$($(BUILT) inkan-bench --profile bench-release --locked -p inkan-server --bin inkan-server -p inkan-hsm-driver --bin inkan-hsm-driver -p inkan-dev --bin inkan-dev -p inkan-agent --bin inkan-agent -p inkan-agent-window --bin inkan-agent-window -p inkan-tests --bin inkan-bench) && exec "$$bench" $(PARTS)

windows: ## the agent for Windows: programs, a ZIP file and an MSI installer, into .work/packages (from Linux; ten minutes the first time)
	@scripts/windows/toolchain
	@programs=$$(scripts/windows/build --release --locked -p inkan-agent -p inkan-agent-window) && scripts/windows/package "$$programs" .work/packages

deb: packages-demo ## packages for Debian and Ubuntu: server, HSM tool, agent, into .work/packages
	@scripts/package-deb .work/packages

packages-demo:
	@scripts/install-packages demo

packages-bench:
	@scripts/install-packages bench

packages-test:
	@scripts/install-packages test
