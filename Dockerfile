# syntax=docker/dockerfile:1
# One image a service, of its production dependencies alone:
#   docker build --build-arg SERVICE=gateway --tag freshet/gateway .
# SERVICE is gateway, ingestor, retriever, generator, cli, or fake-bedrock (for development).
ARG NODE_IMAGE=node:26-slim
ARG SERVICE

FROM ${NODE_IMAGE} AS source
WORKDIR /app
COPY . .

# The manifests alone. BuildKit compares what is copied out of a stage, so dependencies are installed again only
# when a manifest or the lock changed. npm would install development dependencies of linked workspaces too.
FROM source AS manifests
RUN mkdir /manifests \
 && cp --parents package.json package-lock.json */package.json */*/package.json /manifests/ \
 && cd /manifests && npm pkg delete devDependencies --workspaces

FROM ${NODE_IMAGE} AS dependencies
ARG SERVICE
WORKDIR /app
COPY --from=manifests /manifests .
COPY deploy/docker/install.sh /usr/local/bin/install-dependencies
RUN --mount=type=cache,target=/root/.npm install-dependencies "$SERVICE"

# The workspaces that the service is linked to. They stay links in node_modules: Node refuses to strip the types of a
# file whose real path is under a node_modules.
FROM source AS workspaces
COPY --from=dependencies /app/node_modules/@freshet node_modules/@freshet
RUN mkdir /workspaces && for link in node_modules/@freshet/*; do \
      cp --recursive --parents "$(realpath --relative-to=. "$link")" /workspaces/; \
    done \
 && find /workspaces -name node_modules -prune -exec rm -rf {} +

# The embedding model. What `FRESHET_CACHE_DIR=.cache npm run models:fetch` brought is used if it is there; otherwise it
# is downloaded from its public page. The sha256 is checked either way.
FROM ${NODE_IMAGE} AS weights
WORKDIR /app
COPY package.json .cach[e]/models/* /weights/models/
COPY packages/models/package.json packages/models/
COPY packages/models/weights packages/models/weights
COPY packages/shared/package.json packages/shared/errors.ts packages/shared/
RUN rm /weights/models/package.json \
 && mkdir -p node_modules/@freshet && ln -s ../../packages/shared node_modules/@freshet/shared \
 && FRESHET_CACHE_DIR=/weights node packages/models/weights/fetch.ts \
 && chmod -R a+rX,go-w /weights && find /weights -exec touch --date=@0 {} +

FROM ${NODE_IMAGE} AS runtime
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0

# Below the dependencies, so that the images of all who embed share the layer.
FROM runtime AS embedding
COPY --from=weights /weights /weights
ENV FRESHET_CACHE_DIR=/weights

FROM runtime AS gateway
ENV PORT=8080
EXPOSE 8080
ENTRYPOINT ["node", "services/gateway/server.ts"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "healthcheck.mts", "/livez"]

FROM embedding AS ingestor
# Node has a young generation for each thread, and glibc a heap: small ones bound what garbage may take, see
# docs/ingestion.md. The benchmarks of memory read this line.
ENV NODE_OPTIONS=--max-semi-space-size=4 MALLOC_ARENA_MAX=2
ENV PORT=8081
EXPOSE 8081
ENTRYPOINT ["node", "services/ingestor/server.ts"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "healthcheck.mts", "/livez"]

FROM embedding AS retriever
ENV PORT=8082
EXPOSE 8082
ENTRYPOINT ["node", "services/retriever/server.ts"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "healthcheck.mts", "/livez"]

FROM runtime AS generator
ENV PORT=8083
EXPOSE 8083
ENTRYPOINT ["node", "services/generator/server.ts"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "healthcheck.mts", "/livez"]

FROM embedding AS cli
ENTRYPOINT ["node", "cli/main.ts"]
CMD ["--help"]

FROM runtime AS fake-bedrock
ENV PORT=8090
EXPOSE 8090
ENTRYPOINT ["node", "packages/testkit/fake-bedrock/server.ts"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "healthcheck.mts"]

FROM ${SERVICE}
COPY --from=dependencies /app .
COPY --from=workspaces /workspaces .
COPY deploy/docker/healthcheck.mts .
# By number: Kubernetes cannot tell whether a name is root.
USER 1000:1000
ARG SERVICE
ARG NODE_IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="freshet-${SERVICE}" \
      org.opencontainers.image.description="Freshet answers questions from your own documents and stays as fresh as they are" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${NODE_IMAGE}"
