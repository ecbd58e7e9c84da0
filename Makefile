# What people do with this project. `make` alone tells.
# Ratios of one run are what counts: nothing else should run meanwhile.
BENCHMARK = ORDER_WORKER_TARGETS=TransportBenchmark swift build -c release --product TransportBenchmark

.PHONY: breaks chaos help demo run test test-pure test-threads bench soak fuzz model schema-check docs build lint format contracts contracts-check packages clean

PURE_TESTS = AMQPTests,SubscriptionLifecycleTests,OrderMessagesTests

# In release more commands are tried in the same time, once all is built.
CHAOS_CONFIGURATION ?= debug

help:
	@echo "make demo        watch a story of orders go through a real RabbitMQ into the EMS sandbox"
	@echo "make run         the same servers, left running to play with"
	@echo "make test        all tests, on a broker of their own, or on the one in AMQP_URL"
	@echo "make test-pure   only the tests that need no server; builds little"
	@echo "make bench       the transport against a C program, side by side; make soak: a million messages, watching memory"
	@echo "make fuzz        throw bytes at what reads the wire, FUZZ_SECONDS (60) for each target"
	@echo "make test-threads  tests under ThreadSanitizer, which must first find a planted race"
	@echo "make chaos       random orders while everything breaks, compared with a model; CHAOS_COMMANDS (2000), CHAOS_CONFIGURATION (debug), CHAOS=--help"
	@echo "make breaks      break the code on purpose, line by line, and see the invariants' tests go red; BREAKS=03 for some"
	@echo "make model       every order of a few commands' steps, with troubles; MODEL_CHECK_EXECUTIONS (20000), MODEL_CHECK_SEED (1)"
	@echo "make schema-check  hold the worker against Python's jsonschema, message by message; SCHEMA_CHECK_MESSAGES (300000), SCHEMA_CHECK_SEED (1)"
	@echo "make docs        the library's documentation, in .build/docs"
	@echo "make build       worker and sandbox, debug"
	@echo "make lint        check the format; make format mends it"
	@echo "make contracts   write Contracts/ anew from the code; make contracts-check shows what differs"
	@echo "make clean       remove what was built"

# Says what it installs, and nothing when nothing is missing.
packages:
	@.ci/packages

build: packages
	swift build --product ems-sandbox
	swift build --product order-worker

demo: build
	@"$$(swift build --show-bin-path)/order-worker" demo

run: build
	@"$$(swift build --show-bin-path)/order-worker" demo --keep

test:
	@.ci/test

test-pure:
	ORDER_WORKER_TARGETS=$(PURE_TESTS) swift test

test-threads:
	@.ci/threads

bench: packages
	$(BENCHMARK)
	@.build/release/TransportBenchmark

soak: packages
	$(BENCHMARK)
	@.build/release/TransportBenchmark --soak 1000000

fuzz:
	@Tests/Fuzzing/fuzz

chaos: packages
	ORDER_WORKER_TARGETS=Chaos swift build -c $(CHAOS_CONFIGURATION) --product Chaos
	@"$$(swift build -c $(CHAOS_CONFIGURATION) --show-bin-path)/Chaos" --commands $${CHAOS_COMMANDS:-2000} $(CHAOS)

breaks: packages
	@Tests/Breaks/break $(BREAKS)

model: packages
	MODEL_CHECK_EXECUTIONS=$${MODEL_CHECK_EXECUTIONS:-20000} ORDER_WORKER_TARGETS=ModelCheckTests swift test --filter '^ModelCheckTests\.'

schema-check: packages
	SCHEMA_CHECK_MESSAGES=$${SCHEMA_CHECK_MESSAGES:-300000} ORDER_WORKER_TARGETS=OrderMessagesTests swift test --filter '^OrderMessagesTests\.(AgreementTests|OutcomeAgreementTests|ShrinkerTests|SoundnessTests)/'

docs:
	@.ci/docs

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks

format:
	swift format --in-place --recursive Package.swift Sources Tests Benchmarks

contracts: build
	@"$$(swift build --show-bin-path)/order-worker" contracts export Contracts

contracts-check: build
	@"$$(swift build --show-bin-path)/order-worker" contracts check Contracts

clean:
	rm -rf .build
