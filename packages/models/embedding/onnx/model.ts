/** bge-small-en-v1.5 (Xiao et al. 2023): what its model card says about how it is to be run. */
export const model = {
  name: 'bge-small-en-v1.5-int8',
  dimensions: 384,
  /** Including [CLS] and [SEP]. */
  maxTokens: 512,
  pooling: 'cls',
  queryPrefix: 'Represent this sentence for searching relevant passages: ',
} as const;
