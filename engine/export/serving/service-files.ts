import { stringify } from 'yaml';

/** How a cluster runs `assay serve --score`. */
export interface ClusterService {
  /** A Kubernetes name (RFC 1123 label): of the deployment, the service and the autoscaler. */
  readonly name: string;
  readonly namespace: string;
  /** The image of `deploy/Dockerfile`, with its registry and tag. */
  readonly image: string;
  readonly leastReplicas: number;
  readonly mostReplicas: number;
  /** A version at a tracking server, read at the start of each pod; or the exported file on a volume. */
  readonly model:
    | { readonly kind: 'registered'; readonly uri: string; readonly trackingUri: string }
    | { readonly kind: 'volume'; readonly claim: string; readonly onnx: Uint8Array };
}

const port = 8080;

/** Deployment, Service, HorizontalPodAutoscaler and PodDisruptionBudget; beside them the model where it lies on a volume. */
export function serviceFiles(service: ClusterService): ReadonlyMap<string, Uint8Array | string> {
  return new Map<string, Uint8Array | string>([
    [
      'scoring-service.yaml',
      [deployment(service), networkService(service), autoscaler(service), disruptionBudget(service)]
        .map((content) => stringify(content, { lineWidth: 0, aliasDuplicateObjects: false }))
        .join('---\n'),
    ],
    ...(service.model.kind === 'volume' ? [[`${service.name}/model.onnx`, service.model.onnx] as const] : []),
  ]);
}

function labels({ name }: ClusterService): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': 'assay', 'app.kubernetes.io/instance': name };
}

function deployment(service: ClusterService): object {
  const { name, namespace, image, model } = service;
  const isRegistered = model.kind === 'registered';
  const address = isRegistered ? model.uri : `/models/${name}/model.onnx`;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: labels(service) },
    spec: {
      selector: { matchLabels: labels(service) },
      template: {
        metadata: {
          labels: labels(service),
          annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(port) },
        },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 30,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            runAsGroup: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'assay',
              image,
              args: ['serve', '--score', '--model', address, '--host', '0.0.0.0', '--port', String(port)],
              ports: [{ name: 'http', containerPort: port }],
              ...(isRegistered ? registeredSettings(name, model.trackingUri) : {}),
              startupProbe: probe('/health/ready', { periodSeconds: 2, failureThreshold: 60 }),
              readinessProbe: probe('/health/ready', { periodSeconds: 5 }),
              livenessProbe: probe('/health/live', { periodSeconds: 10, timeoutSeconds: 5 }),
              // The endpoint is taken out of the service meanwhile, so that no request finds a closed door.
              lifecycle: { preStop: { sleep: { seconds: 5 } } },
              resources: { requests: { cpu: '500m', memory: '256Mi' }, limits: { cpu: '2', memory: '1Gi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [
                { name: 'scratch', mountPath: '/tmp' },
                ...(isRegistered ? [] : [{ name: 'models', mountPath: '/models', readOnly: true }]),
              ],
            },
          ],
          volumes: [
            { name: 'scratch', emptyDir: {} },
            ...(isRegistered
              ? []
              : [{ name: 'models', persistentVolumeClaim: { claimName: model.claim, readOnly: true } }]),
          ],
        },
      },
    },
  };
}

/** The tracking server, and its login from a secret where there is one. */
function registeredSettings(name: string, trackingUri: string): object {
  return {
    env: [{ name: 'MLFLOW_TRACKING_URI', value: trackingUri }],
    envFrom: [{ secretRef: { name: `${name}-mlflow`, optional: true } }],
  };
}

function probe(path: string, times: Readonly<Record<string, number>>): object {
  return { httpGet: { path, port: 'http' }, ...times };
}

function networkService(service: ClusterService): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service.name, namespace: service.namespace, labels: labels(service) },
    spec: { selector: labels(service), ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  };
}

function autoscaler(service: ClusterService): object {
  const { name, namespace, leastReplicas, mostReplicas } = service;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace, labels: labels(service) },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: leastReplicas,
      maxReplicas: mostReplicas,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
    },
  };
}

function disruptionBudget(service: ClusterService): object {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: service.name, namespace: service.namespace, labels: labels(service) },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels(service) } },
  };
}
