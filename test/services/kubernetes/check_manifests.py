"""Checks each document of YAML files against the schema of its kind; prints what is wrong, by file and kind."""

import importlib
import json
import re
import sys
import types
from pathlib import Path

import kubernetes.client
import kubernetes_validate
import yaml
from hera.workflows import models as argo
from pydantic import ValidationError

KUBERNETES_VERSION = "1.34"


def kserve_models():
    """KServe's typed models; its own package would import a whole server, so an empty one stands in."""
    folder = next(Path(path) / "kserve" for path in sys.path if (Path(path) / "kserve" / "models").is_dir())
    package = types.ModuleType("kserve")
    package.__path__ = [str(folder)]
    sys.modules["kserve"] = package
    models = types.ModuleType("kserve.models")
    models.__path__ = [str(folder / "models")]
    sys.modules["kserve.models"] = models

    def load(name):
        module = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
        if (folder / "models" / f"{module}.py").is_file():
            return getattr(importlib.import_module(f"kserve.models.{module}"), name)
        return getattr(kubernetes.client, name)

    return load


def walk(value, type_name, load, place):
    """Keys and types of a value against an OpenAPI type as the generated models name it."""
    listed = re.fullmatch(r"[Ll]ist\[(.*)\]", type_name)
    if listed:
        if not isinstance(value, list):
            return [f"{place} is not a list"]
        return [fault for at, item in enumerate(value) for fault in walk(item, listed[1], load, f"{place}[{at}]")]
    mapped = re.fullmatch(r"[Dd]ict[(\[](.*), (.*)[)\]]", type_name)
    if mapped:
        if not isinstance(value, dict):
            return [f"{place} is not a map"]
        return [fault for key, item in value.items() for fault in walk(item, mapped[2], load, f"{place}.{key}")]
    if type_name in ("str", "int", "float", "bool"):
        wanted = {"str": str, "int": int, "float": (int, float), "bool": bool}[type_name]
        return [] if isinstance(value, wanted) else [f"{place} is not of type {type_name}"]
    if type_name == "object" or type_name.endswith("Quantity"):
        return []
    model = load(type_name)
    names = {written: own for own, written in model.attribute_map.items()}
    faults = []
    for key, item in value.items():
        if key in names:
            faults += walk(item, model.openapi_types[names[key]], load, f"{place}.{key}")
        else:
            faults.append(f"{place} has no key {key}")
    return faults


def argo_faults(document):
    """Faults of types by Argo's own models, and keys that they pass over."""
    try:
        read = getattr(argo, document["kind"]).parse_obj(document)
    except ValidationError as error:
        return [str(error)]
    kept = json.loads(read.json(by_alias=True, exclude_none=True))
    return lost(document, kept, document["kind"])


def lost(given, kept, place):
    if isinstance(given, dict):
        missing = [f"{place} has no key {key}" for key in given if key not in kept]
        return missing + [f for key in given if key in kept for f in lost(given[key], kept[key], f"{place}.{key}")]
    if isinstance(given, list):
        return [fault for at, item in enumerate(given) for fault in lost(item, kept[at], f"{place}[{at}]")]
    return []


def faults_of(document, load):
    group = document["apiVersion"].split("/")[0]
    if group == "serving.kserve.io":
        return walk(document, "V1beta1" + document["kind"], load, document["kind"])
    if group == "argoproj.io":
        return argo_faults(document)
    try:
        kubernetes_validate.validate(document, KUBERNETES_VERSION, strict=True)
        return []
    except kubernetes_validate.ValidationError as error:
        return [error.message]


loader = kserve_models()
checked = []
for name in sys.argv[1:]:
    for document in yaml.safe_load_all(Path(name).read_text()):
        checked.append({"file": Path(name).name, "kind": document["kind"], "faults": faults_of(document, loader)})
print(json.dumps(checked))
