"""Times Glassdome's start: one Vault read a secret by hvac, beside one call to each broker. Input: JSON on stdin."""

import json
import sys
import time

import hvac
import requests

given = json.load(sys.stdin)
vault = hvac.Client(url=given["vault"], token=given["vault_token"], timeout=5)
session = requests.Session()
session.headers["Authorization"] = given["authorization"]


def one_by_one():
    found = {}
    for key in given["keys"]:
        answer = vault.secrets.kv.v2.read_secret_version(
            path=key, mount_point=given["mount"], raise_on_deleted_version=True
        )
        found[key] = answer["data"]["data"]["value"]
    return found


def one_call_to(broker):
    answer = session.get(broker + "/api/environment", timeout=5)
    answer.raise_for_status()
    return answer.json()["variables"]


def one_call():
    return one_call_to(given["broker"])


def one_call_kept():
    return one_call_to(given["keeping_broker"])


def run_for(seconds, work):
    took = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        found = work()
        took.append((time.perf_counter() - began) * 1000)
        if len(found) != len(given["keys"]):
            sys.exit(f"{work.__name__} found {len(found)} of {len(given['keys'])} secrets")
    return took


works = (one_by_one, one_call, one_call_kept)
for work in works:
    run_for(given["warm_up_seconds"], work)
rounds = [{work.__name__: run_for(given["seconds"], work) for work in works} for _ in range(given["rounds"])]
json.dump(rounds, sys.stdout)
