import type { Embedder } from '@freshet/models/embedding';
import { createHashedEmbedder } from '@freshet/models/embedding/hashed';
import { countTokens } from './answer-text.ts';
import { malformed, Refusal } from './faults.ts';
import { rerank } from './rerank.ts';

export interface InvokeAnswer {
  body: object;
  inputTokens: number;
}

/** Answers one `invoke`. */
export type Invoke = (modelId: string, body: unknown) => Promise<InvokeAnswer>;

const TITAN_DIMENSIONS = [256, 512, 1024];
const TITAN_MAX_TOKENS = 8192;
const TITAN_MAX_CHARACTERS = 50_000;
const COHERE_V3_DIMENSIONS = 1024;
const COHERE_V3_MAX_CHARACTERS = 2048;
const COHERE_V4_DIMENSIONS = [256, 512, 1024, 1536];
const COHERE_MAX_TEXTS = 96;
const INPUT_TYPES = ['search_document', 'search_query', 'classification', 'clustering'];

/**
 * The embedding and reranking models of Bedrock, with the limits that they hold their callers to. Vectors are bags of hashed
 * words unless an embedder is given, whose dimensions then have to be those that are asked for.
 */
export function createInvoke(embedder?: Embedder): Invoke {
  const embedders = new Map<number, Embedder>();

  async function embed(texts: readonly string[], dimensions: number, isQuery = false): Promise<number[][]> {
    const known = embedder ?? embedders.get(dimensions) ?? createHashedEmbedder({ dimensions });
    if (!embedder) embedders.set(dimensions, known);
    if (known.dimensions !== dimensions) {
      throw new Refusal(
        'ValidationException',
        `The embedder behind this fake has ${known.dimensions} dimensions.`,
      );
    }
    const vectors = isQuery
      ? await Promise.all(texts.map((text) => known.embedQuery(text)))
      : await known.embedDocuments(texts);
    return vectors.map((vector) => Array.from(vector));
  }

  async function titan(body: TitanBody): Promise<InvokeAnswer> {
    const { inputText, dimensions = 1024, normalize = true } = body;
    if (typeof inputText !== 'string') throw malformed('#: required key [inputText] not found');
    if (inputText === '') throw malformed('expected minLength: 1, actual: 0');
    if (inputText.length > TITAN_MAX_CHARACTERS) {
      throw malformed(`expected maxLength: ${TITAN_MAX_CHARACTERS}, actual: ${inputText.length}`);
    }
    if (!TITAN_DIMENSIONS.includes(dimensions)) {
      throw malformed(`#/dimensions: ${dimensions} is not a valid enum value`);
    }
    const inputTokens = countTokens(inputText);
    if (inputTokens > TITAN_MAX_TOKENS) {
      throw new Refusal(
        'ValidationException',
        `400 Bad Request: Too many input tokens. Max input tokens: ${TITAN_MAX_TOKENS}, request input token count: ${inputTokens} `,
      );
    }
    const [unit = []] = await embed([inputText], dimensions);
    // What is not normalised has another length than 1; which one does not matter.
    const embedding = normalize ? unit : unit.map((value) => 20 * value);
    return {
      body: { embedding, embeddingsByType: { float: embedding }, inputTextTokenCount: inputTokens },
      inputTokens,
    };
  }

  async function cohere(modelId: string, body: CohereBody): Promise<InvokeAnswer> {
    const { texts, input_type, truncate = 'NONE', embedding_types, output_dimension } = body;
    const isV4 = modelId.includes('embed-v4');
    if (!Array.isArray(texts)) throw malformed('#: required key [texts] not found');
    if (texts.length > COHERE_MAX_TEXTS) {
      throw malformed(`#/texts: expected maximum item count: ${COHERE_MAX_TEXTS}, found: ${texts.length}`);
    }
    if (!INPUT_TYPES.includes(input_type))
      throw malformed(`#/input_type: ${input_type} is not a valid enum value`);
    const ends = isV4 ? ['NONE', 'LEFT', 'RIGHT'] : ['NONE', 'START', 'END'];
    if (!ends.includes(truncate)) throw malformed(`#/truncate: ${truncate} is not a valid enum value`);
    const tooLong = texts.find((text) => !isV4 && text.length > COHERE_V3_MAX_CHARACTERS);
    if (tooLong !== undefined) {
      throw malformed(`expected maxLength: ${COHERE_V3_MAX_CHARACTERS}, actual: ${tooLong.length}`);
    }
    const dimensions = isV4 ? (output_dimension ?? 1536) : COHERE_V3_DIMENSIONS;
    if (isV4 && !COHERE_V4_DIMENSIONS.includes(dimensions)) {
      throw malformed(`#/output_dimension: ${dimensions} is not a valid enum value`);
    }
    const vectors = await embed(texts, dimensions, input_type === 'search_query');
    return {
      body: {
        id: 'fake',
        response_type: embedding_types ? 'embeddings_by_type' : 'embeddings_floats',
        embeddings: embedding_types ? { float: vectors } : vectors,
        texts,
      },
      inputTokens: texts.reduce((sum, text) => sum + countTokens(text), 0),
    };
  }

  return async (modelId, body) => {
    if (typeof body !== 'object' || body === null) throw new Refusal('ValidationException');
    if (modelId.includes('titan-embed-text-v2')) return titan(body as TitanBody);
    if (/(?:cohere|amazon)\.rerank/.test(modelId)) return rerank(modelId, body);
    if (modelId.includes('cohere.embed')) return cohere(modelId, body as CohereBody);
    throw new Refusal('ValidationException', 'The provided model identifier is invalid.');
  };
}

interface TitanBody {
  inputText?: unknown;
  dimensions?: number;
  normalize?: boolean;
}

interface CohereBody {
  texts?: string[];
  input_type: string;
  truncate?: string;
  embedding_types?: string[];
  output_dimension?: number;
}
