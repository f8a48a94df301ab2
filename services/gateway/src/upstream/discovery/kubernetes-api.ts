import type { KubeConfig } from '@kubernetes/client-node';

/** Which EndpointSlices. */
export interface SliceQuery {
  readonly namespace: string;
  readonly service: string;
}

export interface SliceEvent {
  /** ADDED, MODIFIED, DELETED, BOOKMARK or ERROR. */
  readonly type: string;
  readonly object: unknown;
}

/** What the gateway asks of the API server. */
export interface SliceApi {
  list(query: SliceQuery): Promise<{ readonly items: readonly unknown[]; readonly resourceVersion: string }>;
  /**
   * Tells what has changed since a version, until the API server ends it or `signal` does; rejects where it breaks, or has
   * been silent for too long.
   */
  watch(
    query: SliceQuery,
    resourceVersion: string,
    onEvent: (event: SliceEvent) => void,
    signal: AbortSignal,
  ): Promise<void>;
}

const listMs = 5_000;
/** The API server ends a watch after this, and sends a bookmark each minute, so that silence means that it is gone. */
const watchSeconds = 300;
const silenceMs = 90_000;

/** Asks by the pod's own ServiceAccount, or by the current context of a kubeconfig. */
export async function connectKubernetes(config?: KubeConfig): Promise<SliceApi> {
  // Half a second and 80 MiB: for those who need it.
  const { DiscoveryV1Api, KubeConfig, Observable, Watch } = await import('@kubernetes/client-node');
  const kubeConfig = config ?? new KubeConfig();
  if (!config) kubeConfig.loadFromDefault();
  const api = kubeConfig.makeApiClient(DiscoveryV1Api);
  const selectorOf = ({ service }: SliceQuery) => `kubernetes.io/service-name=${service}`;
  return {
    async list(query) {
      const { items, metadata } = await api.listNamespacedEndpointSlice(
        { namespace: query.namespace, labelSelector: selectorOf(query) },
        {
          middlewareMergeStrategy: 'append',
          middleware: [
            {
              pre(request) {
                request.setSignal(AbortSignal.timeout(listMs));
                return new Observable(Promise.resolve(request));
              },
              post: (response) => new Observable(Promise.resolve(response)),
            },
          ],
        },
      );
      return { items, resourceVersion: metadata?.resourceVersion ?? '' };
    },
    watch(query, resourceVersion, onEvent, signal) {
      const watch = new Watch(kubeConfig);
      // Private there, and 30 s: bookmarks are further apart.
      Object.assign(watch, { requestTimeoutMs: silenceMs });
      const path = `/apis/discovery.k8s.io/v1/namespaces/${query.namespace}/endpointslices`;
      const parameters = {
        labelSelector: selectorOf(query),
        resourceVersion,
        allowWatchBookmarks: true,
        timeoutSeconds: watchSeconds,
      };
      return new Promise((resolve, reject) => {
        const ending = new AbortController();
        const onLine = (type: string, object: unknown) => {
          try {
            onEvent({ type, object });
          } catch (error) {
            reject(error);
            ending.abort();
          }
        };
        const onDone = (error: unknown) => (error ? reject(error) : resolve());
        watch.watch(path, parameters, onLine, onDone).then((request) => {
          for (const end of [signal, ending.signal]) {
            if (end.aborted) request.abort();
            else end.addEventListener('abort', () => request.abort(), { once: true });
          }
        }, reject);
      });
    },
  };
}
