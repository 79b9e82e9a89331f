"""Asks for everything that the schema has, with whatever hypothesis thinks of, by schemathesis.

Whenever it prints a line that asks for a caller it reads a line with one: a token, and ids that are somebody's. It
asks before each operation, and says then whether it needs another token: the one it had may have been signed out, or
its member deactivated or given another role, by what was asked with it. Ends with a line of what it did: how often it
asked for each operation and what it was answered, and what was not to be.
"""

import collections
import json
import os
import sys
import time

import hypothesis
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.graphql import nodes

URL = os.environ["DESK_URL"]
EXAMPLES = int(os.environ["DESK_EXAMPLES"])
SEED = int(os.environ["DESK_SEED"])
# No answer may take longer, in seconds: everything here is asked for by one client.
PATIENCE = 10
# Whoever is told what is broken knows enough after so many.
ENOUGH = 10

caller = {"token": None, "role": None, "known": []}
counts = collections.defaultdict(collections.Counter)
broken = []
http = requests.Session()
http.trust_env = False


def next_caller(another):
    print(json.dumps({"caller": {"another": another}}), flush=True)
    caller.update(json.loads(sys.stdin.readline()))


def is_who_they_were():
    """Does the token still speak for somebody of that role?"""
    if not caller["token"]:
        return True
    answer = http.post(
        URL,
        json={"query": "{ viewer { role { id } } visitor { id } }"},
        headers={"authorization": "Bearer " + caller["token"]},
        timeout=PATIENCE,
    ).json()
    if answer.get("errors"):
        return False
    viewer = answer["data"]["viewer"]
    return (viewer["role"]["id"] if viewer else None) == caller["role"]


# Ids that are somebody's, and ids that are not.
known = st.deferred(lambda: st.integers(min_value=0).map(lambda n: caller["known"][n % len(caller["known"])]))
schemathesis.graphql.scalar("ID", st.one_of(known, known, st.text(max_size=40)).map(nodes.String))
times = st.datetimes().map(lambda time: time.isoformat() + "Z")
schemathesis.graphql.scalar("DateTime", st.one_of(times, st.text(max_size=30)).map(nodes.String))
positions = st.integers(min_value=-1, max_value=2**63).map(str)
schemathesis.graphql.scalar("LogPosition", st.one_of(positions, st.text(max_size=20)).map(nodes.String))
locales = st.sampled_from(["en", "zh-CN", "zh-TW", "de", "", "x-"])
schemathesis.graphql.scalar("Locale", st.one_of(locales, st.text(max_size=10)).map(nodes.String))
zones = st.sampled_from(["Asia/Shanghai", "UTC", "Mars/Olympus"])
schemathesis.graphql.scalar("TimeZone", zones.map(nodes.String))
schemathesis.graphql.scalar("JSON", st.text(max_size=10).map(nodes.String))


def ask(name, query):
    """Asks once; the kind of answer. What is not to be goes to `broken`."""
    headers = {"content-type": "application/json", "accept": "application/graphql-response+json"}
    if caller["token"]:
        headers["authorization"] = "Bearer " + caller["token"]
    began = time.monotonic()
    try:
        answer = http.post(URL, data=json.dumps({"query": query}), headers=headers, timeout=PATIENCE)
    except requests.exceptions.RequestException as error:
        return wrong(name, query, repr(error))
    if time.monotonic() - began > PATIENCE:
        return wrong(name, query, "no answer in time")
    try:
        told = answer.json()
    except ValueError:
        return wrong(name, query, f"{answer.status_code} without JSON: {answer.text[:200]}")
    codes = {error.get("extensions", {}).get("code") for error in told.get("errors", [])}
    if answer.status_code >= 500 or not codes <= EXPECTED:
        return wrong(name, query, f"{answer.status_code}: {answer.text[:500]}")
    return min(codes) if codes else "ok"


# What may be said of a request: everything else is a fault of ours.
EXPECTED = {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "BAD_REQUEST", "TOO_COMPLEX"}


def wrong(name, query, what):
    if len(broken) < ENOUGH:
        broken.append({"operation": name, "query": query, "what": what})
    return "broken"


def try_operation(operation, number):
    name = operation.label
    next_caller(not is_who_they_were())
    has_token = caller["token"] is not None

    def examples(mode, count):
        @hypothesis.seed(SEED + number)
        @hypothesis.settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(operation.as_strategy(generation_mode=mode))
        def one(case):
            if len(broken) >= ENOUGH:
                return
            kind = ask(name, case.body)
            counts[name][kind] += 1
            if kind == "UNAUTHENTICATED" and has_token:
                next_caller(True)

        one()

    # One in ten is no request at all.
    refused = max(1, EXAMPLES // 10)
    examples(GenerationMode.POSITIVE, EXAMPLES - refused)
    examples(GenerationMode.NEGATIVE, refused)


def main():
    schema = schemathesis.graphql.from_path(os.environ["DESK_SCHEMA"])
    operations = [result.ok() for result in schema.get_all_operations()]
    for number, operation in enumerate(operations):
        try_operation(operation, number)
    print(json.dumps({"counts": counts, "broken": broken}), flush=True)


main()
