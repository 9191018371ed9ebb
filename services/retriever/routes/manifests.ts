import type { ChunkIndex } from '@freshet/chunk-index';
import type { AccessTokens } from '@freshet/shared/access-token';
import {
  DocumentId,
  documentKey,
  isVisible,
  Manifest,
  ManifestsQuery,
  ManifestsResponse,
  Source,
} from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import type { ServiceApp } from '@freshet/shared/service/app';
import { Type } from 'typebox';

export interface ManifestRoutesOptions {
  index: ChunkIndex;
  tokens: AccessTokens;
}

export async function manifestRoutes(app: ServiceApp, { index, tokens }: ManifestRoutesOptions) {
  app.get(
    '/v1/documents/:source/:documentId',
    {
      schema: {
        params: Type.Object({ source: Source, documentId: DocumentId }),
        response: { 200: Manifest },
      },
    },
    async (request) => {
      const access = tokens.verify(request.headers.authorization);
      const document = { tenant: access.tenant, ...request.params };
      const manifest = (await index.readManifests([document])).get(documentKey(document));
      // Whoever may not see a document may not learn that it exists.
      if (!manifest || !isVisible(manifest.acl, access)) throw new FreshetError('FRESHET_DOCUMENT_NOT_FOUND');
      return manifest;
    },
  );

  app.get(
    '/v1/documents',
    { schema: { querystring: ManifestsQuery, response: { 200: ManifestsResponse } } },
    async (request) => {
      const { tenant } = tokens.verifyManager(request.headers.authorization);
      const { limit: asked, ...query } = request.query;
      const limit = asked === undefined ? 500 : Number(asked);
      const documents: Manifest[] = [];
      // One more than the page holds says that there is a next one.
      const manifests = index.listManifests({ tenant, ...query, limit: limit + 1 });
      for await (const { isPending, ...manifest } of manifests) {
        const last = documents.at(-1);
        if (last && documents.length === limit) return { documents, next: last.documentId };
        documents.push(manifest);
      }
      return { documents };
    },
  );
}
