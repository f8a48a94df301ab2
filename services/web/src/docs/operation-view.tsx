import { useState } from 'react';
import { curlExample } from './curl-example.ts';
import type { Content, OpenApi, Parameter, Route } from './openapi.ts';
import { refName, typeText } from './openapi.ts';
import { Inline, Prose } from './prose.tsx';
import { SchemaView } from './schema-view.tsx';

/** One operation: what it does, takes and answers. */
export function OperationView({ route, api }: { route: Route; api: OpenApi }) {
  const { method, path, operation } = route;
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  return (
    <article id={operationId} className="operation" aria-labelledby={`${operationId}-title`}>
      <h3 id={`${operationId}-title`}>
        <a href={`#${operationId}`}>{summary ?? operationId}</a>
      </h3>
      <p className="address">
        <b data-method={method}>{method}</b>
        <code>{path}</code>
        {operation.security?.length === 0 && <span className="open">no token needed</span>}
      </p>
      {description && <Prose text={description} />}
      {parameters.length > 0 && <Parameters parameters={parameters} />}
      {requestBody && (
        <>
          <h4>Body</h4>
          <ContentView content={requestBody.content} api={api} />
        </>
      )}
      <h4>Answers</h4>
      {Object.entries(responses).map(([status, { description: text, content }]) => (
        <details key={status} className="answer">
          <summary>
            <b data-status={status.charAt(0)}>{status}</b> <Inline text={text} />
          </summary>
          {content && <ContentView content={content} api={api} />}
        </details>
      ))}
      <Curl title={summary ?? operationId} text={curlExample(route, api)} />
    </article>
  );
}

const Parameters = ({ parameters }: { parameters: Parameter[] }) => (
  <>
    <h4>Parameters</h4>
    <dl className="fields">
      {parameters.map(({ name, in: place, required, description, schema }) => (
        <div key={`${place} ${name}`}>
          <dt>
            <code>{name}</code> <span className="place">{place}</span>
            {required && <span className="required">required</span>}
          </dt>
          <dd>
            <span className="type">{typeText(schema)}</span>
            {schema.default !== undefined && <span className="type">default {JSON.stringify(schema.default)}</span>}
            {description && <Inline text={description} />}
          </dd>
        </div>
      ))}
    </dl>
  </>
);

const ContentView = ({ content, api }: { content: Content; api: OpenApi }) =>
  Object.entries(content).map(([type, { schema }]) => (
    <div key={type}>
      <p className="type">
        {type} {refName(schema)}
      </p>
      <SchemaView schema={schema} api={api} />
    </div>
  ));

function Curl({ title, text }: { title: string; text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () =>
    void navigator.clipboard?.writeText(text).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    });
  return (
    <div className="curl">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard */}
      <section tabIndex={0} aria-label={`Example request: ${title}`}>
        <pre>{text}</pre>
      </section>
      <button type="button" onClick={copy}>
        {isCopied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
