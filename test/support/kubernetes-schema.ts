/** The fields of Kubernetes objects that deploy/kubernetes uses, strict: a misspelt or misplaced one is refused. */
import { z } from 'zod';

const name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const labels = z.record(z.string(), z.string());
const quantity = z.string().regex(/^\d+(m|Ki|Mi|Gi)?$/);
const amounts = z.strictObject({
  cpu: quantity.optional(),
  memory: quantity.optional(),
  storage: quantity.optional(),
});
const metadata = z.strictObject({ name, namespace: name.optional(), labels: labels.optional() });

const probe = z.strictObject({
  exec: z.strictObject({ command: z.array(z.string()).min(1) }),
  periodSeconds: z.int().positive(),
  timeoutSeconds: z.int().positive(),
  failureThreshold: z.int().positive(),
});

/** As the pod security standard `restricted` asks. */
const container = z.strictObject({
  name,
  image: z.string(),
  args: z.array(z.string()),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  resources: z.strictObject({ requests: amounts, limits: amounts }),
  startupProbe: probe,
  livenessProbe: probe,
  volumeMounts: z.array(
    z.strictObject({ name, mountPath: z.string().startsWith('/'), readOnly: z.boolean().optional() }),
  ),
});

const volume = z.union([
  z.strictObject({ name, configMap: z.strictObject({ name }) }),
  z.strictObject({ name, secret: z.strictObject({ secretName: name, defaultMode: z.int() }) }),
  z.strictObject({ name, persistentVolumeClaim: z.strictObject({ claimName: name }) }),
  z.strictObject({
    name,
    emptyDir: z.strictObject({ medium: z.literal('Memory'), sizeLimit: quantity }),
  }),
]);

const pod = z.strictObject({
  serviceAccountName: name,
  automountServiceAccountToken: z.literal(false),
  enableServiceLinks: z.boolean(),
  terminationGracePeriodSeconds: z.int().positive(),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().positive(),
    runAsGroup: z.int().positive(),
    fsGroup: z.int().positive(),
    fsGroupChangePolicy: z.enum(['OnRootMismatch', 'Always']),
    seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
  }),
  containers: z.array(container).min(1),
  volumes: z.array(volume),
});

const claim = z.strictObject({
  metadata,
  spec: z.strictObject({
    accessModes: z.tuple([z.enum(['ReadWriteOncePod'])]),
    resources: z.strictObject({ requests: amounts }),
  }),
});

const core = { apiVersion: z.literal('v1'), metadata };
const statefulSet = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('StatefulSet'),
  metadata,
  spec: z.strictObject({
    serviceName: name,
    replicas: z.int(),
    selector: z.strictObject({ matchLabels: labels }),
    template: z.strictObject({ metadata: z.strictObject({ labels }), spec: pod }),
    volumeClaimTemplates: z.array(claim),
  }),
});

export const kubernetesObject = z.discriminatedUnion('kind', [
  z.strictObject({ ...core, kind: z.literal('Namespace') }),
  z.strictObject({
    ...core,
    kind: z.literal('ServiceAccount'),
    automountServiceAccountToken: z.literal(false),
  }),
  z.strictObject({ ...core, kind: z.literal('ConfigMap'), data: z.record(z.string(), z.string()) }),
  z.strictObject({
    ...core,
    kind: z.literal('Service'),
    spec: z.strictObject({ clusterIP: z.literal('None'), selector: labels }),
  }),
  statefulSet,
]);

export type KubernetesObject = z.infer<typeof kubernetesObject>;
export type StatefulSet = z.infer<typeof statefulSet>;
