import { useEffect, useState } from 'react';
import { Logo } from '../shell/logo.tsx';
import { type OpenApi, routesByTag } from './openapi.ts';
import { OperationView } from './operation-view.tsx';
import { Prose } from './prose.tsx';

const source = '/api/openapi.json';

/** The API, readable: drawn from the same document that machines read. */
export function DocsPage() {
  const [api, setApi] = useState<OpenApi>();
  const [hasFailed, setFailed] = useState(false);
  const [words, setWords] = useState('');
  useEffect(() => {
    fetch(source, { signal: AbortSignal.timeout(15_000) })
      .then((response) => (response.ok ? response.json() : Promise.reject(new Error(response.statusText))))
      .then(setApi, () => setFailed(true));
  }, []);
  // The browser looked for the address's #part before it was there.
  useEffect(() => {
    if (api && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [api]);

  if (hasFailed)
    return <main className="state">The description of the API could not be loaded. Reload to try again.</main>;
  if (!api) return <main className="state" aria-busy="true" />;
  const isMatch = (text: string) => text.toLowerCase().includes(words.trim().toLowerCase());
  const groups = routesByTag(api)
    .map(
      ([tag, routes]) =>
        [tag, routes.filter(({ path, operation }) => isMatch(`${tag} ${path} ${operation.summary}`))] as const,
    )
    .filter(([, routes]) => routes.length > 0);
  return (
    <div className="layout">
      <a className="skip" href="#content">
        Skip to content
      </a>
      <header className="side">
        <a href="/" className="brand">
          <Logo size={28} /> Outlay
        </a>
        <input
          type="search"
          aria-label="Filter operations"
          placeholder="Filter operations"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <nav aria-label="Operations">
          {groups.map(([tag, routes]) => (
            <section key={tag}>
              <h2>{tag}</h2>
              <ul>
                {routes.map(({ method, operation }) => (
                  <li key={operation.operationId}>
                    <a href={`#${operation.operationId}`}>
                      <b data-method={method}>{method}</b>
                      {operation.summary ?? operation.operationId}
                    </a>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </nav>
      </header>
      <main id="content">
        <h1>
          {api.info.title} API <small>{api.info.version}</small>
        </h1>
        {api.info.description && <Prose text={api.info.description} />}
        <p>
          <a href={source}>The OpenAPI document</a> for code generators and tools.
        </p>
        {groups.map(([tag, routes]) => (
          <section key={tag} aria-label={tag}>
            <h2>{tag}</h2>
            {routes.map((route) => (
              <OperationView key={route.operation.operationId} route={route} api={api} />
            ))}
          </section>
        ))}
        {groups.length === 0 && <p>No operation matches “{words}”.</p>}
      </main>
    </div>
  );
}
