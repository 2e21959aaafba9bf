#!/usr/bin/env python3
"""The description of the API against the API: every operation is called, and what it answers is what its schema says.

usage: tests/web/api.py URL      of a server with the sample papers; says what is wrong, and fails then

With PAPERTAG_NPM, a folder with node_modules of @seriousme/openapi-schema-validator, the description is checked against
the schema of OpenAPI 3.1, too.
"""
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request

BASE = sys.argv[1].rstrip("/")
LINE = json.dumps({"id": "new-1", "title": "Bandits with rewards", "abstract": "We learn from rewards."})
# What to call each operation with; a path with other ids than these has none.
IDS = {"id": "sample-01", "tag": "attention"}
BODIES = {"Verdict": {"verdict": "yes"}, "Marks": {"read": True, "starred": True, "note": "to read"}, "Undo": {},
          "Verdicts": {"verdicts": [{"id": "sample-02", "tag": "agents", "verdict": "no"}]}}
QUERIES = {"/api/v1/papers/{id}/explanation": "?tag=attention", "/api/v1/papers": "?limit=3"}
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None), "array": list, "object": dict}


def call(method, path, body=None):
    headers = {"Origin": BASE, "Content-Type": "application/json"}
    request = urllib.request.Request(BASE + path, None if body is None else body.encode(), headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error.read().decode()


def check(value, schema, schemas, where):
    """The part of JSON Schema that the description uses; a member that is not described is wrong as well."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].removeprefix("#/components/schemas/")]
    unknown = set(schema) - {"type", "enum", "items", "required", "properties"}
    assert not unknown, f"{where}: a schema with {unknown}"
    if "enum" in schema:
        assert value in schema["enum"], f"{where}: {value!r} is none of {schema['enum']}"
        return
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    fits = any(isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool)) for name in names)
    assert fits, f"{where}: {value!r} is no {names}"
    if isinstance(value, list):
        for i, item in enumerate(value):
            check(item, schema["items"], schemas, f"{where}[{i}]")
    if isinstance(value, dict):
        missing, more = set(schema["required"]) - set(value), set(value) - set(schema["properties"])
        assert not missing and not more, f"{where}: without {missing}, with {more}"
        for name, item in value.items():
            check(item, schema["properties"][name], schemas, f"{where}.{name}")


def body_of(operation):
    content = operation.get("requestBody", {}).get("content", {})
    for schema in (one["schema"] for one in content.values()):
        return json.dumps(BODIES[schema["$ref"].rsplit("/", 1)[1]]) if schema else LINE
    return None


def main():
    api = json.loads(call("GET", "/api/v1/openapi.json")[2])
    schemas, used, count = api["components"]["schemas"], set(re.findall(r'schemas/(\w+)"', json.dumps(api))), 0
    assert used == set(schemas), f"schemas that nothing uses, or that are missing: {used ^ set(schemas)}"
    assert len({o["operationId"] for path in api["paths"].values() for o in path.values()}) == \
        sum(map(len, api["paths"].values())), "operationId twice"
    # undoing comes last, when there is something to undo
    for path, methods in sorted(api["paths"].items(), key=lambda one: one[0].endswith("/undo")):
        for method, operation in methods.items():
            place = path.replace("retrains/{id}", "retrains/1")
            place = re.sub(r"\{(\w+)\}", lambda m: IDS[m.group(1)], place) + QUERIES.get(path, "")
            status, media, text = call(method.upper(), place, body_of(operation))
            wanted = operation["responses"].get(str(status))
            assert wanted, f"{method} {place}: {status} {text}"
            schema = wanted["content"][media]["schema"]
            for line in text.splitlines() if media == "application/jsonl" else [text]:
                check(json.loads(line), schema, schemas, f"{method} {place}") if schema else json.loads(line)
            count += 1
    for place in ("/api/v1/papers?limit=x", "/api/v1/nothing", "/api/v1/papers/none"):
        status, media, text = call("GET", place)
        assert media == "application/problem+json", place
        check(json.loads(text), schemas["Problem"], schemas, place)
    npm = os.environ.get("PAPERTAG_NPM")
    if npm:
        script = ("import('@seriousme/openapi-schema-validator').then(async m => { const r = await new m.Validator().validate("
                  "JSON.parse(require('fs').readFileSync(0))); console.log(JSON.stringify(r)); process.exit(r.valid ? 0 : 1) })")
        subprocess.run(["node", "-e", script], input=json.dumps(api), text=True, cwd=npm, check=True)
    print(f"{count} operations{'' if npm else '; no validator of OpenAPI was there'}")


main()
