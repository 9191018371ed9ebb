/** What answers and errors of the SDK carry; connections that fail leave it out. */
export interface MetadataBearer {
  $metadata?: { attempts?: number | undefined };
}

/** The SDK tries again by itself and says afterwards how often: each try beyond the first is one call of `onRetry`. */
export function reportRetries(
  metadata: MetadataBearer['$metadata'],
  onRetry: (() => void) | undefined,
): void {
  for (let tried = 1; tried < (metadata?.attempts ?? 1); tried++) onRetry?.();
}
