"""Parses a pipeline with the Kubeflow Pipelines SDK, as an upload does, and says what it found."""

import json
import sys

from kfp import components

pipeline = components.load_component_from_file(sys.argv[1])
spec = pipeline.pipeline_spec
platforms = pipeline.platform_spec.platforms
print(
    json.dumps(
        {
            "name": spec.pipeline_info.name,
            "tasks": sorted(spec.root.dag.tasks),
            "inputs": sorted(spec.root.input_definitions.parameters),
            "executors": sorted(spec.deployment_spec["executors"]),
            "mounts": sorted(platforms["kubernetes"].deployment_spec.executors),
        }
    )
)
