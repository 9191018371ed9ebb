import type { Usage } from '@freshet/shared/contracts';
import { parseJsonSetting } from '@freshet/shared/json-setting';
import { createValidator } from '@freshet/shared/validation';
import { type Static, Type } from 'typebox';

/** In dollars for a million tokens. */
export const ModelPrice = Type.Object(
  { inputPerMTok: Type.Number({ minimum: 0 }), outputPerMTok: Type.Number({ minimum: 0 }) },
  { additionalProperties: false },
);
export type ModelPrice = Static<typeof ModelPrice>;

const table = createValidator(Type.Record(Type.String(), ModelPrice));

/**
 * The price table that MODEL_PRICES holds as JSON: model to prices.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`.
 */
export function parseModelPrices(json: string): Map<string, ModelPrice> {
  return new Map(Object.entries(parseJsonSetting('MODEL_PRICES', json, table)));
}

/** Dollars, to the billionth: sums of prices should not show how floating point adds. */
export function costUsd(
  { inputTokens, outputTokens }: Usage,
  { inputPerMTok, outputPerMTok }: ModelPrice,
): number {
  return Number(((inputTokens * inputPerMTok + outputTokens * outputPerMTok) / 1e6).toFixed(9));
}
