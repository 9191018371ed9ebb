import type { Usage } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { createValidator } from '@freshet/shared/validation';
import { type Static, Type } from 'typebox';

/** In dollars for a million tokens. */
const ModelPrice = Type.Object(
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
  let prices: unknown;
  try {
    prices = JSON.parse(json);
  } catch (cause) {
    throw new FreshetError('FRESHET_CONFIG_INVALID', { detail: 'MODEL_PRICES is not JSON.', cause });
  }
  if (!table.check(prices)) {
    const [first] = table.errors(prices);
    throw new FreshetError('FRESHET_CONFIG_INVALID', {
      detail: `MODEL_PRICES: ${first?.path} ${first?.detail}`,
    });
  }
  return new Map(Object.entries(prices));
}

/** Dollars, to the billionth: sums of prices should not show how floating point adds. */
export function costUsd(
  { inputTokens, outputTokens }: Usage,
  { inputPerMTok, outputPerMTok }: ModelPrice,
): number {
  return Number(((inputTokens * inputPerMTok + outputTokens * outputPerMTok) / 1e6).toFixed(9));
}
