import type { ChunkIndex } from '@freshet/chunk-index';
import type { AccessTokens } from '@freshet/shared/access-token';
import { encodeWatermark, WatermarkResponse } from '@freshet/shared/contracts';
import type { ServiceApp } from '@freshet/shared/service/app';

export interface StatusRoutesOptions {
  index: ChunkIndex;
  tokens: AccessTokens;
}

export async function statusRoutes(app: ServiceApp, { index, tokens }: StatusRoutesOptions) {
  app.get('/v1/watermark', { schema: { response: { 200: WatermarkResponse } } }, async (request) => {
    const { tenant } = tokens.verify(request.headers.authorization);
    const [watermark, statistics] = await Promise.all([index.watermark(), index.statistics(tenant)]);
    return { watermark: encodeWatermark(watermark), ...statistics };
  });
}
