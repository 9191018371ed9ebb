/**
 * What the gateways of a fleet share beside the log and the index, as a port. Small, short-lived, and never the only
 * place of something that must not be lost. Adapters: memory.ts and valkey.ts.
 */
export interface SharedState {
  /**
   * Keeps the value under the key for so many milliseconds, unless the key has a value already; answers with the value
   * that is kept. Of several callers at once all get the same one.
   * @throws {FreshetError} `FRESHET_DEPENDENCY_UNAVAILABLE`
   */
  remember(key: string, value: string, ttlMs: number): Promise<string>;
  close(): Promise<void>;
}
