"""Parses a pipeline with the Kubeflow Pipelines SDK, as an upload does, and says what it found."""

import json
import sys
import tempfile
from pathlib import Path

import yaml
from kfp import components
from kfp.compiler import pipeline_spec_builder
from kfp.compiler.compiler_utils import KubernetesManifestOptions

pipeline = components.load_component_from_file(sys.argv[1])
spec = pipeline.pipeline_spec
platforms = pipeline.platform_spec.platforms
with tempfile.TemporaryDirectory() as folder:
    written = Path(folder) / "manifests.yaml"
    options = KubernetesManifestOptions(pipeline_version_name=sys.argv[2], namespace=sys.argv[3])
    options.set_pipeline_spec(spec)
    pipeline_spec_builder._write_kubernetes_manifest_to_file(
        package_path=str(written), opts=options, pipeline_spec=spec, platform_spec=pipeline.platform_spec
    )
    manifests = list(yaml.safe_load_all(written.read_text()))
print(
    json.dumps(
        {
            "name": spec.pipeline_info.name,
            "tasks": sorted(spec.root.dag.tasks),
            "inputs": sorted(spec.root.input_definitions.parameters),
            "executors": sorted(spec.deployment_spec["executors"]),
            "mounts": sorted(platforms["kubernetes"].deployment_spec.executors),
            "conditions": {
                name: task.trigger_policy.condition
                for name, task in spec.root.dag.tasks.items()
                if task.trigger_policy.condition
            },
            "manifests": manifests,
        }
    )
)
