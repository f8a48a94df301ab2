# One pattern for every image; `--build-arg WORKSPACE=services/auth --target auth`, and so on: see scripts/images.ts.
# The layers change as seldom as what they hold: base, dependencies, sources.

FROM node:24-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages packages
COPY services services
# Only what npm reads: so a changed source leaves the next stage's cache whole.
RUN find packages services -type f ! -name package.json -delete && find packages services -type d -empty -delete

FROM node:24-slim AS dependencies
ARG WORKSPACE
WORKDIR /app
COPY --from=manifests /app ./
# The workspace's own production dependencies. The links to packages/ stay links: Node strips types only outside of node_modules.
# The secret `ca`, where given, is what a registry behind a company's proxy is trusted by; it stays out of the image.
RUN --mount=type=secret,id=ca \
    if [ -f /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi \
 && for workspace in $WORKSPACE; do set -- "$@" --workspace "$workspace"; done \
 && npm ci --omit=dev --ignore-scripts --no-audit --no-fund "$@" \
 && rm -rf /root/.npm \
 # Types, maps and CommonJS twins of what is loaded as ES modules: never read at run time.
 && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.md' \) -delete

FROM node:24-slim AS sources
ARG WORKSPACE
WORKDIR /app
COPY --from=manifests /app/package.json ./
COPY packages packages
COPY services services
RUN for workspace in packages/* services/*; do \
      case "$workspace " in packages/contracts*|packages/service-kit*|packages/identity*|packages/statements*) continue ;; esac; \
      case " $WORKSPACE " in *" $workspace "*) ;; *) rm -rf "$workspace" ;; esac; \
    done \
 && find packages services \( -name '*.test.ts' -o -name '*-test-api.ts' -o -name 'testing*' -o -name chaos -o -name fixtures -o -name test -o -name node_modules -o -name dist \) -prune -exec rm -rf {} +

# --- the page, for the gateway ---
FROM node:24-slim AS web
WORKDIR /app
COPY --from=manifests /app ./
RUN --mount=type=secret,id=ca \
    if [ -f /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi \
 && npm ci --ignore-scripts --no-audit --no-fund --workspace services/web && rm -rf /root/.npm
COPY tsconfig.json ./
COPY packages/contracts packages/contracts
COPY services/web services/web
RUN cd services/web && npx vite build

# --- what runs ---
FROM gcr.io/distroless/nodejs24-debian12:nonroot AS service
ARG WORKSPACE
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="outlay ${WORKSPACE}" \
      org.opencontainers.image.description="Outlay, an expense tracker" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
# Of memory outside of V8's heap, each of Node's threads would have its own store to keep what is free: some 15 MiB.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2
COPY --from=dependencies /app/node_modules node_modules
COPY --from=sources /app ./
USER 65532:65532
# A small young generation: the idle heap stays near what is live, at a cost of some more collections under load.
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=4", "--disable-warning=ExperimentalWarning"]

FROM service AS tools

FROM service AS auth
# Beside the heap three passwords at a time are hashed, 19 MiB each.
CMD ["--max-old-space-size=128", "--import", "@outlay/service-kit/telemetry.ts", "services/auth/src/main.ts"]

FROM service AS expense
# Of a chunk of rows the bytes are given back once sent; else the C library keeps ever larger blocks for the next.
ENV MALLOC_MMAP_THRESHOLD_=131072
# What an import of 100,000 rows needs is 60 MiB; without a bound V8 lets twice as much lie about before it collects. Its rows live
# longer than a young generation of 4 MiB lasts.
CMD ["--max-semi-space-size=8", "--max-old-space-size=144", "--import", "@outlay/service-kit/telemetry.ts", "services/expense/src/main.ts"]

FROM service AS analytics
# The largest figure needs 48 MiB, and a pod of expense tells one at a time; without a bound V8 may let as much again lie about.
CMD ["--max-old-space-size=144", "--import", "@outlay/service-kit/telemetry.ts", "services/analytics/src/main.ts"]

FROM service AS gateway
COPY --from=web /app/services/web/dist services/web/dist
COPY docs/openapi.json docs/openapi.json
# Types are stripped and code is compiled here, once, by the Node, the flags and the user of the entry point: else each container
# holds what strips types, 25 MiB, and does it again. At run time the file system may be read-only.
USER root
RUN ["/nodejs/bin/node", "-e", "fs.mkdirSync('compile-cache'); fs.chownSync('compile-cache', 65532, 65532)"]
USER 65532:65532
ENV NODE_COMPILE_CACHE=/app/compile-cache
RUN ["/nodejs/bin/node", "--max-semi-space-size=4", "--disable-warning=ExperimentalWarning", "--max-old-space-size=192", "services/gateway/src/main.ts", "--check", "services/gateway/gateway.yaml"]
# What is live takes 20 MiB, and 11 KiB for each connection; without a bound V8 lets as much again lie about before it collects.
CMD ["--max-old-space-size=192", "services/gateway/src/main.ts"]

# --- for `skaffold dev`: sources that can be written, restarted by node --watch ---
FROM node:24-slim AS development
ARG WORKSPACE
WORKDIR /app
ENV NODE_ENV=development
COPY --from=dependencies /app/node_modules node_modules
COPY --from=sources --chown=65532:65532 /app ./
COPY docs/openapi.json docs/openapi.json
RUN mkdir -p services/web/dist && chown -R 65532:65532 /app/packages /app/services
USER 65532:65532
# What is watched is what is loaded, so a change in packages/ restarts those who import it.
ENTRYPOINT ["node", "--watch", "--watch-preserve-output", "--disable-warning=ExperimentalWarning"]

FROM development AS gateway-development
COPY --from=web --chown=65532:65532 /app/services/web/dist services/web/dist
